"""Rolling up by length."""

from dataclasses import replace

import numpy as np
import pytest

from qztopics.pipeline.rollup import roll_up
from qztopics.rows import Row
from qztopics.settings import PolicySettings

CODES = ("education", "health", "other")


def row(number: int, text: str, said: str | None, reason: str | None = None, kind: str = "body") -> Row:
    return Row(
        source="p.txt", document_id="p", article_id="p/a1", paragraph_id=f"p/a1/p{number}", passage_id=f"p/a1/p{number}/s1",
        kind=kind, spans=((number * 10, number * 10 + len(text)),), text=text, nearest=said, probability=0.9, policy_topic=said if reason is None else None,
        abstain_reason=reason, runner_up=None, runner_up_probability=None, secondary=(), topics=((0, 1.0),), cluster=1, terms=None, rest=None, meta={},
    )  # fmt: skip


def test_probabilities_are_weighted_by_length():
    rows = [row(1, "学" * 30, "education"), row(2, "医" * 10, "health"), row(3, "题", None, kind="headline")]
    probability = np.array([[0.8, 0.1, 0.1], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    (unit,) = roll_up(rows, probability, CODES, "article", PolicySettings())
    assert unit.nearest == "education"
    assert unit.probability == pytest.approx((30 * 0.8) / 40)
    assert unit.runner_up == "health"
    assert unit.secondary == ("health",), "a quarter of the text is health"
    assert (unit.paragraph_id, unit.passage_id, unit.cluster, unit.topics) == (None, None, None, None)
    assert unit.spans == ((10, 40), (20, 30))


def test_paragraphs_stay_apart_and_passages_stay_as_they_are():
    rows = [row(1, "学" * 30, "education"), row(2, "医" * 10, "health")]
    probability = np.array([[0.8, 0.1, 0.1], [0.0, 1.0, 0.0]])
    assert [u.nearest for u in roll_up(rows, probability, CODES, "paragraph", PolicySettings())] == [
        "education",
        "health",
    ]
    assert roll_up(rows, probability, CODES, "passage", PolicySettings()) == rows


def test_a_unit_abstains_for_the_reason_all_its_passages_share_or_for_its_own():
    rows = [row(1, "学" * 30, "education", "duplicate"), row(2, "医" * 10, "health", "duplicate")]
    probability = np.array([[0.4, 0.3, 0.3], [0.3, 0.4, 0.3]])
    assert roll_up(rows, probability, CODES, "document", PolicySettings())[0].abstain_reason == "duplicate"
    mixed = [replace(rows[0], abstain_reason=None), rows[1]]
    unit = roll_up(mixed, probability, CODES, "document", PolicySettings(), min_probability=0.6)[0]
    assert (unit.policy_topic, unit.abstain_reason) == (None, "low_probability")
