"""Each reason has its passage, and the order of reasons is fixed."""

import numpy as np

from qztopics.policy.abstain import Evidence, reasons
from qztopics.settings import PolicySettings


def evidence(*rows: tuple[int, int, int, bool]) -> Evidence:
    characters, known, words, duplicate = zip(*rows, strict=True)
    return Evidence(
        *(np.array(c, dtype=np.int64) for c in (characters, known, words)), np.array(duplicate, dtype=np.bool_)
    )


def test_one_of_each():
    sure, split, low = [0.9, 0.05, 0.05], [0.45, 0.44, 0.11], [0.28, 0.26, 0.26]
    probability = np.array([sure, sure, sure, sure, split, low, sure])
    rows = evidence(
        (50, 9, 9, True),
        (3, 1, 1, False),
        (50, 0, 9, False),
        (50, 2, 9, False),
        (50, 9, 9, False),
        (50, 9, 9, False),
        (50, 9, 9, False),
    )
    assert reasons(probability, rows, PolicySettings()) == [
        "duplicate",
        "too_short",
        "no_known_terms",
        "unlike_training_text",
        "tie",
        "low_probability",
        None,
    ]


def test_the_floor_can_be_raised():
    rows = evidence((50, 9, 9, False))
    assert reasons(np.array([[0.6, 0.4]]), rows, PolicySettings(), 0.7) == ["low_probability"]
