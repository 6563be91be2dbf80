"""Numbers recomputed by hand on small inputs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from qztopics.errors import DataError
from qztopics.report.passages import choose, length
from qztopics.report.prepare import DOCUMENTS_SHOWN, prepare

if TYPE_CHECKING:
    from types import SimpleNamespace

    from qztopics.report.contents import Report
    from qztopics.rows import Row


@pytest.fixture
def tiny(fakes: SimpleNamespace) -> list[Row]:
    """Judged: 10 + 6 characters industry, 4 urban, 5 abstained; not judged: one reprint, one headline."""
    row = fakes.row
    blank = {
        "nearest": None,
        "probability": None,
        "policy_topic": None,
        "runner_up": None,
        "runner_up_probability": None,
    }
    return [
        row(0, text="招商招商招商招商投产", probability=0.9, runner_up_probability=0.05, meta={"date": "2031-03-02"}),
        row(1, text="招 商产业链\u3000上", probability=0.5, runner_up_probability=0.45),
        row(
            2,
            text="公交公交",
            nearest="urban",
            policy_topic="urban",
            probability=0.7,
            topics=((1, 0.5), (2, 0.5)),
            cluster=1,
        ),
        row(3, text="雾里的灯塔", nearest="urban", policy_topic=None, abstain_reason="tie", probability=0.4, cluster=1),
        row(4, text="公交公交", nearest="urban", policy_topic=None, abstain_reason="duplicate"),
        row(5, text="标题", kind="headline", topics=(), cluster=None, **blank),
    ]


def make(fakes: SimpleNamespace, rows: list[Row], **changes: object) -> Report:
    arguments = {"model": fakes.model(), "summary": fakes.summary(rows), "evaluation": None, **changes}
    return prepare(rows, name="n", version="v", made_with={}, **arguments)  # type: ignore[arg-type]


def test_shares_are_of_judged_characters_and_add_up(fakes: SimpleNamespace, tiny: list[Row]) -> None:
    policy = make(fakes, tiny).policy
    assert policy is not None
    industry, urban = policy.lines[:2]
    assert (industry.code, industry.n_passages, industry.n_characters) == ("industry", 2, 16)
    assert (urban.code, urban.n_passages, urban.n_characters, urban.n_abstained) == ("urban", 1, 4, 1)
    assert policy.n_characters == 25
    assert industry.share == pytest.approx(16 / 25)
    assert urban.share == pytest.approx(4 / 25)
    assert policy.abstained_share == pytest.approx(5 / 25)
    assert policy.abstained_passage_share == pytest.approx(1 / 4)
    assert sum(line.share for line in policy.lines) + policy.abstained_share == pytest.approx(1)
    assert industry.mean_probability == pytest.approx(0.7)


def test_every_passage_has_its_place_in_the_funnel(fakes: SimpleNamespace, tiny: list[Row]) -> None:
    funnel = make(fakes, tiny).funnel
    assert (funnel.n_furniture, funnel.n_duplicates, funnel.n_body) == (1, 1, 4)
    assert (funnel.n_judged, funnel.n_answered) == (4, 3)
    assert funnel.n_passages == len(tiny) == funnel.n_furniture + funnel.n_duplicates + funnel.n_body
    assert (funnel.n_documents, funnel.n_rejected) == (5, 1)


def test_typical_is_the_surest_and_borderline_the_closest(fakes: SimpleNamespace, tiny: list[Row]) -> None:
    policy = make(fakes, [*tiny, fakes.row(6, text="投产了", probability=0.6, runner_up_probability=0.1)]).policy
    assert policy is not None
    line = policy.lines[0]
    assert [example.probability for example in line.typical] == [0.9, 0.6]
    assert line.borderline is not None
    assert line.borderline.probability == 0.5
    assert line.borderline.passage_id == "page01/a1/p1/s1"
    assert line.borderline.spans == ((100, 160),)


def test_seed_terms_count_passages_not_occurrences(fakes: SimpleNamespace, tiny: list[Row]) -> None:
    policy = make(fakes, tiny).policy
    assert policy is not None
    assert policy.lines[0].seed_terms == (("招商", 1), ("产业链", 1), ("投产", 1))


def test_reasons_hold_abstained_first_and_duplicates_without_a_share(fakes: SimpleNamespace, tiny: list[Row]) -> None:
    policy = make(fakes, tiny).policy
    assert policy is not None
    tie, duplicate = policy.reasons
    assert (tie.reason, tie.n_passages, tie.n_characters, tie.share) == ("tie", 1, 5, 0.25)
    assert (duplicate.reason, duplicate.n_passages, duplicate.share) == ("duplicate", 1, None)
    assert tie.examples[0].text == "雾里的灯塔"


def test_topics_count_the_heaviest_and_the_smaller_number_at_a_tie(fakes: SimpleNamespace, tiny: list[Row]) -> None:
    topics = make(fakes, tiny).topics
    assert [line.n_passages for line in topics] == [3, 1, 0, 0, 0, 0]  # the reprint and the headline do not count
    assert [line.number for line in topics] == list(range(6))
    assert topics[0].share == pytest.approx(0.75)
    assert topics[0].terms[:3] == ("招商", "产业链", "投产")
    assert len(topics[0].terms) == 10
    assert topics[0].policy_name == "产业发展与招商引资"
    assert topics[0].purity == pytest.approx(9 / 14)
    assert topics[5].npmi is None
    assert [example.text for example in topics[1].typical] == ["公交公交"]


def test_clusters(fakes: SimpleNamespace, tiny: list[Row]) -> None:
    clusters = make(fakes, tiny).clusters
    assert [line.n_passages for line in clusters] == [2, 2, 0, 0, 0]
    assert clusters[1].topics == ((0, 1), (1, 1))
    assert clusters[1].typical[0].text == "雾里的灯塔"


def test_links_go_from_policy_topics_to_their_topics_and_clusters(report: Report) -> None:
    assert report.policy is not None
    line = next(line for line in report.policy.lines if line.code == "industry")
    assert [link.number for link in line.topics] == [0, 5]  # purest first
    assert [link.number for link in line.clusters] == [0, 4]
    assert line.topics[0].name == "招商·产业链"


def test_small_classes_are_not_measured(report: Report) -> None:
    assert report.policy is not None
    measured = {line.code: (line.n_labels, line.f1 is not None) for line in report.policy.lines}
    assert measured["industry"] == (20, True)
    assert measured["urban"] == (14, False)


def test_without_an_evaluation_labels_and_f1_are_unknown(fakes: SimpleNamespace, tiny: list[Row]) -> None:
    report = make(fakes, tiny)
    assert report.agreement is None
    assert report.policy is not None
    assert {(line.n_labels, line.f1) for line in report.policy.lines} == {(None, None)}


def test_confused_pairs_are_off_the_diagonal_commonest_first(report: Report) -> None:
    assert report.agreement is not None
    pairs = report.agreement.confused
    assert (pairs[0].hand, pairs[0].predicted, pairs[0].count) == ("产业发展与招商引资", "城乡建设、住房与交通", 4)
    assert [pair.count for pair in pairs] == sorted((pair.count for pair in pairs), reverse=True)
    assert sum(pair.count for pair in pairs) == 12


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2031-03-02", "2031-03-02"),
        ("2031年03月02日", "2031-03-02"),
        ("20310302", "2031-03-02"),
        ("三月", None),
        ("", None),
    ],
)
def test_dates(fakes: SimpleNamespace, written: str, read: str | None) -> None:
    rows = [fakes.row(0, meta={"date": written}), fakes.row(1, document_id="page02")]
    basis = make(fakes, rows).basis
    assert (basis.first_date, basis.last_date) == (read, read)
    assert basis.n_undated == (1 if read else 2)


def test_document_lines_count_their_own_passages(fakes: SimpleNamespace, tiny: list[Row]) -> None:
    first = make(fakes, tiny).quality.documents[0]
    assert (first.source, first.n_body, first.n_duplicates, first.n_furniture) == ("page01.txt", 4, 1, 1)


def test_many_documents_are_cut_with_the_uncertain_first(fakes: SimpleNamespace) -> None:
    documents = tuple((f"r{i}", "gb18030" if i == 999 else "utf-8", i != 999, 10) for i in range(1000))
    quality = make(fakes, [], summary=replace(fakes.summary([]), documents=documents)).quality
    assert (len(quality.documents), quality.n_documents, quality.n_uncertain) == (DOCUMENTS_SHOWN, 1000, 1)
    assert quality.documents[0].source == "r999"
    assert quality.documents[1].source == "r0"
    assert quality.encodings == (("utf-8", 999), ("gb18030", 1))


def test_zero_rows(fakes: SimpleNamespace) -> None:
    report = make(fakes, [])
    assert report.policy is not None
    assert {line.share for line in report.policy.lines} == {0.0}
    assert {line.mean_probability for line in report.policy.lines} == {None}
    assert {line.share for line in report.topics} == {0.0}


def test_without_a_taxonomy_there_is_no_policy_part(fakes: SimpleNamespace, tiny: list[Row]) -> None:
    report = make(fakes, tiny, model=fakes.model(with_taxonomy=False))
    assert report.policy is None
    assert {line.policy_name for line in report.topics} == {None}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"nearest": "fishing"}, 'the code "fishing"'),
        ({"policy_topic": "fishing"}, 'the code "fishing"'),
        ({"topics": ((6, 1.0),)}, "topic 6"),
        ({"cluster": 5}, "cluster 5"),
        ({"cluster": -1}, "cluster -1"),
    ],
)
def test_rows_of_another_model_are_refused(fakes: SimpleNamespace, changes: dict[str, object], words: str) -> None:
    with pytest.raises(DataError, match=words):
        make(fakes, [fakes.row(0, **changes)])


def test_inputs_stay_as_they_are(fakes: SimpleNamespace, tiny: list[Row]) -> None:
    before = list(tiny)
    assert make(fakes, tiny) == make(fakes, tiny)
    assert tiny == before


def test_long_texts_are_cut(fakes: SimpleNamespace) -> None:
    policy = make(fakes, [fakes.row(0, text="港" * 201), fakes.row(1, text="湾" * 200, probability=0.1)]).policy
    assert policy is not None
    assert [(len(e.text), e.is_cut) for e in policy.lines[0].typical] == [(200, True), (200, False)]


def test_choose_takes_different_texts_and_the_earlier_at_a_tie(fakes: SimpleNamespace) -> None:
    rows = [
        fakes.row(i, text=text, probability=p)
        for i, (text, p) in enumerate([("甲", 0.5), ("乙", 0.9), ("乙", 0.9), ("丙", 0.5)])
    ]
    assert [row.text for row in choose(rows, lambda row: row.probability or 0.0, 2)] == ["乙", "甲"]
    assert [row.text for row in choose(rows, lambda row: row.probability or 0.0, 3, besides=[rows[1]])] == ["甲", "丙"]


def test_length_counts_no_spaces() -> None:
    assert length(" 甲\u3000乙\n\tb ") == 3
