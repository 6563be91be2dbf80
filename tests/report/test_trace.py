"""Every number of the page is counted again from the rows, as a reader would who follows its trace."""

from __future__ import annotations

import json
import random
from dataclasses import asdict, replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.errors import DataError
from qztopics.records import length
from qztopics.report.contents import Figures
from qztopics.report.page import render
from qztopics.report.prepare import prepare
from qztopics.report.trace import (
    NUMBER_COLUMNS,
    STEPS,
    TESTS,
    TEXT_COLUMNS,
    Condition,
    Count,
    Trace,
    cell,
    parse,
    quoted,
)
from qztopics.report.trace_words import described, script_words, value_names
from qztopics.report.words.en import trace as en
from qztopics.report.words.zh import trace as zh
from qztopics.rows import read_parquet, write_rows

if TYPE_CHECKING:
    from types import SimpleNamespace

    from qztopics.records import PolicyShares
    from qztopics.report.contents import Report
    from qztopics.rows import Row


class Numbers(HTMLParser):
    """The numbers of a page: (value, trace, section)."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[float, str, str]] = []
        self.section = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "section":
            self.section = given["id"] or ""
        if tag == "data":
            self.found.append((float(given["value"] or ""), given["data-from"] or "", self.section))


def numbers(page: str) -> list[tuple[float, str, str]]:
    parser = Numbers()
    parser.feed(page)
    return parser.found


def with_counted_shares(shares: PolicyShares, rows: list[Row]) -> PolicyShares:
    """Shares by nearest code as `train` counts them; the others stay invented."""
    judged = [(r.nearest, length(r.text)) for r in rows if r.kind == "body" and r.abstain_reason != "duplicate"]
    whole = sum(n for code, n in judged if code)
    raw = {line.code: sum(n for code, n in judged if code == line.code) / whole for line in shares.lines}
    return replace(shares, lines=tuple(replace(line, raw=raw[line.code]) for line in shares.lines))


@pytest.fixture(scope="module")
def written(fakes: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[Row], dict]:
    """A page, its rows as `rows.parquet` gives them back, and what stands in `corpus.json`."""
    folder = tmp_path_factory.mktemp("report")
    rows = fakes.rows()
    # Sources, codes and texts that hold the signs of the language, and spaces that do not count.
    rows = [replace(row, source=f"甲 & 乙/{row.source}|=%", text=f" {row.text}　") for row in rows]
    shares = with_counted_shares(fakes.shares(), rows)
    summary = fakes.summary(rows)
    summary = replace(summary, documents=tuple((f"甲 & 乙/{s}|=%", *rest) for s, *rest in summary.documents))
    report = prepare(
        rows, fakes.model(), summary, fakes.evaluation(), name="default", version="v1", made_with={}, shares=shares
    )
    with (folder / "rows.parquet").open("wb") as stream:
        write_rows(rows, stream, "parquet")
    corpus = json.loads(orjson.dumps({"summary": asdict(summary), "shares": asdict(shares)}))
    return render(report, Figures()), read_parquet(folder / "rows.parquet"), corpus


def test_twenty_numbers_drawn_at_random_are_counted_again(written: tuple[str, list, dict]) -> None:
    page, rows, corpus = written
    for value, trace, section in random.Random(20).sample(numbers(page), 20):
        assert parse(trace).of(rows, corpus) == pytest.approx(value, abs=1e-12), (section, trace)


def test_all_numbers_are_counted_again_and_every_part_of_the_page_has_some(written: tuple[str, list, dict]) -> None:
    page, rows, corpus = written
    found = numbers(page)
    wrong = [(v, t) for v, t, _ in found if parse(t).of(rows, corpus) != pytest.approx(v, abs=1e-12)]
    assert wrong == []
    sections = {section for *_, section in found}
    assert sections >= {"front", "policy", "cards", "topics", "clusters", "abstained", "quality"}
    assert sum(value > 0 for value, *_ in found) > 60
    assert all(str(parse(trace)) == trace for _, trace, _ in found)


def test_a_wrong_number_would_be_seen(written: tuple[str, list, dict]) -> None:
    page, rows, corpus = written
    changed = [replace(row, kind="note") if k == 3 else row for k, row in enumerate(rows)]
    assert any(parse(t).of(changed, corpus) != pytest.approx(v, abs=1e-12) for v, t, _ in numbers(page))


def test_by_hand(fakes: SimpleNamespace) -> None:
    rows = [
        fakes.row(1, text="招 商", probability=0.4),
        fakes.row(2, text="学校", probability=0.8),
        fakes.row(3, policy_topic=None, abstain_reason="tie", text="学校开学"),
        fakes.row(
            4, kind="headline", nearest=None, policy_topic=None, topics=(), cluster=None, meta={"date": "2031-05-02"}
        ),
    ]
    corpus = {"a": {"b": [[1, 7], [2]]}}
    expected = {
        "n|": 4, "n|kind=body": 3, "n|kind!=body": 1, "n|policy_topic=": 2, "n|text*=学校": 2, "n|text^=学校开": 1,
        "chars|kind=body": 8, "chars|policy_topic=industry/chars|kind=body": 0.5, "mean:probability|policy_topic=industry": 0.6,
        "n|topic=0": 3, "n|topic=": 1, "n|cluster=0": 3, "n|meta.date^=2031-05": 1, "n|meta.x=": 4, "n|month=2031-05": 1, "n|quarter=2031 Q2": 1, "n|year=": 3, "articles|kind=body": 1, "n|kind=slogan/n|kind=note": 0,
        "mean:probability|kind=slogan": None, "corpus:a.b.0.1|": 7, "corpus:a.b.#|": 2,
    }  # fmt: skip
    found = {text: parse(text).of(rows, corpus) for text in expected}
    assert found == {text: pytest.approx(value) if value else value for text, value in expected.items()}


@pytest.mark.parametrize(
    "text", ["", "n", "x|", "n|kind", "n|=a", "n|kind=a/n|/n|", "mean:text|", "corpus:../x|", "n|KIND=a", "n|kind<a"]
)
def test_what_is_no_trace_is_refused(text: str) -> None:
    with pytest.raises(DataError):
        parse(text)


def test_an_unknown_column_is_refused(fakes: SimpleNamespace) -> None:
    with pytest.raises(DataError, match="colour"):
        parse("n|colour=a").of([fakes.row(1)], {})


columns = st.sampled_from([*TEXT_COLUMNS, "topic", "cluster", *STEPS]) | st.text(min_size=1).map("meta.{}".format)
conditions = st.builds(Condition, columns, st.sampled_from(TESTS), st.text())
counts = st.builds(
    Count,
    st.sampled_from(["n", "chars", "articles", *(f"mean:{c}" for c in NUMBER_COLUMNS)]),
    st.lists(conditions, max_size=3).map(tuple),
)


@settings(deadline=None, max_examples=150)
@given(st.builds(Trace, counts, st.none() | counts))
def test_a_trace_comes_back_as_it_was_written(trace: Trace) -> None:
    text = str(trace)
    assert parse(text) == trace
    assert text.isprintable()
    assert " " not in text


def test_lone_surrogates_survive() -> None:
    assert parse(f"n|source={quoted(chr(0xD800))}").part.conditions[0].value == chr(0xD800)


def test_every_column_is_named_in_both_languages(fakes: SimpleNamespace) -> None:
    row = fakes.row(1)
    for name in [*TEXT_COLUMNS, "topic", "cluster", *STEPS]:
        assert isinstance(cell(row, name), str)
        assert name in zh.COLUMNS
        assert name in en.COLUMNS
    assert zh.TESTS.keys() == en.TESTS.keys() == zh.EMPTY.keys() == en.EMPTY.keys() == set(TESTS)
    assert (
        zh.MEASURES.keys() == en.MEASURES.keys() == {"n", "chars", "articles", *(f"mean:{c}" for c in NUMBER_COLUMNS)}
    )


def test_words(fakes: SimpleNamespace, report: Report) -> None:
    names = value_names(report)
    share = parse("chars|policy_topic=health/chars|nearest!=")
    assert described(share, zh, names) == (
        "符合下列条件的行的字数（text，不计空格）合计：政策主题（policy_topic）是“health”（医疗卫生）；"
        "除以 符合下列条件的行的字数（text，不计空格）合计：最近主题（nearest）不为空"
    )
    assert described(parse("n|"), en, names) == "Number of rows where: every row, without a condition"
    assert described(parse("n|kind=body&meta.date^=2031"), en, names) == (
        "Number of rows where: kind is “body” (body text), metadata (meta.date) begins with “2031”"
    )
    assert "corpus.json" in described(parse("corpus:summary.n_articles|"), zh, names)
    assert script_words(report)["names"]["nearest"]["health"][0] == "医疗卫生"
