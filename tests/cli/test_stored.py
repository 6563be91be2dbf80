"""What `train` keeps beside the report: round trip, files of earlier versions, damage, and how it is shown."""

import json

import numpy as np
import pytest

from qztopics.cli.shares import WHY, print_audit, print_shares
from qztopics.cli.stored import Measured, read_stored, store
from qztopics.errors import DataError, InputMissingError
from qztopics.pipeline.classify import Answers
from qztopics.policy.audit import audit_terms
from qztopics.policy.taxonomy import PolicyTopic, Taxonomy
from qztopics.records import Corpus, PolicyShare, PolicyShares, summarise

SHARES = PolicyShares(
    lines=(
        PolicyShare("health", 0.1 + 0.2, (0.1, 0.5), 1 / 3, (0.2, 0.6)),
        PolicyShare("rural", 0.7, (0.5, 0.9), 2 / 3, (0.4, 0.8)),
    ),
    n_passages=7,
    n_characters=310,
    n_articles=3,
    n_labels=40,
    n_by_hand=2,
)


def audit():
    topics = (PolicyTopic("health", "医", "", "", "", ("医院",)), PolicyTopic("rural", "农", "", "", "", ("春耕",)))
    nowhere = np.zeros(0, dtype=np.int64)
    return audit_terms(["医院", "医院和春耕"], Taxonomy(topics, ("health", "rural")), nowhere, nowhere)


def measured():
    return Measured(summarise(Corpus()), SHARES, audit())


def written(folder):
    assert store(folder, Corpus(), Answers((), np.zeros((0, 2))), measured(), "v1") == []
    return folder / "corpus.json"


def test_what_was_stored_is_read_again_to_the_last_bit(tmp_path):
    assert read_stored(written(tmp_path)) == (measured(), "v1")


def test_files_of_earlier_versions_are_read_without_shares(tmp_path):
    path = written(tmp_path)
    whole = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({"version": "v0", "summary": whole["summary"]}), encoding="utf-8")
    assert read_stored(path) == (Measured(measured().summary), "v0")


@pytest.mark.parametrize("damage", ["{", "[]", '{"version": "v"}', '{"version": "v", "summary": {}}'])
def test_damage_is_named(tmp_path, damage):
    path = tmp_path / "corpus.json"
    path.write_text(damage, encoding="utf-8")
    with pytest.raises(DataError, match="not what `train` wrote"):
        read_stored(path)


@pytest.mark.parametrize("key", ["shares", "audit"])
def test_damaged_parts_are_named(tmp_path, key):
    path = written(tmp_path)
    whole = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(whole | {key: {"lines": 3}}), encoding="utf-8")
    with pytest.raises(DataError, match="not what `train` wrote"):
        read_stored(path)


def test_a_file_that_is_gone_is_named(tmp_path):
    with pytest.raises(InputMissingError, match="no stored rows"):
        read_stored(tmp_path / "corpus.json")


def test_the_terminal_shows_shares_and_a_line_on_keywords(capfdbinary):
    print_shares(SHARES)
    print_audit(audit())
    told = capfdbinary.readouterr().out.decode()
    assert told.index("rural") < told.index("health"), "the largest first"
    assert "30.0 (10.0-50.0)" in told
    assert "33.3 (20.0-60.0)" in told
    assert "keywords: 2, of which 0 never occur and 0 are of several policy topics; to review: none" in told


@pytest.mark.parametrize("reason", sorted(WHY))
def test_the_terminal_says_why_shares_are_not_corrected(capfdbinary, reason):
    bare = tuple(PolicyShare(line.code, line.raw, line.raw_interval, None, None) for line in SHARES.lines)
    print_shares(PolicyShares(bare, 7, 310, 3, 40, 2, reason))
    told = capfdbinary.readouterr().out.decode()
    assert "not corrected" in told
    assert "30.0 (10.0-50.0)" in told


def test_nothing_to_show(capfdbinary):
    print_shares(None)
    print_audit(None)
    assert capfdbinary.readouterr().out == b""
