"""Deciding terms in the passages of the policy cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.figures import draw
from qztopics.report.page import render
from qztopics.report.prepare import prepare

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import SimpleNamespace

    from qztopics.report.contents import Report
    from qztopics.rows import Row


def made(fakes: SimpleNamespace, rows: list[Row], terms: Sequence[tuple[str, float]] | None) -> tuple[Report, list]:
    asked: list[Row] = []

    def explain(chosen: Sequence[Row]) -> list[tuple[tuple[str, float], ...]]:
        asked.extend(chosen)
        return [tuple(terms or ())] * len(chosen)

    report = prepare(
        rows,
        fakes.model(),
        fakes.summary(rows),
        None,
        name="n",
        version="v",
        made_with={},
        explain=None if terms is None else explain,
    )
    return report, asked


def test_only_the_passages_of_the_cards_are_explained(fakes: SimpleNamespace) -> None:
    report, asked = made(fakes, fakes.rows(), [("招商", 1.0)])
    shown = [e for line in report.policy.lines for e in (*line.typical, line.borderline) if e]
    assert {row.passage_id for row in asked} == {example.passage_id for example in shown}
    assert len(asked) == len(shown) <= 24


def test_terms_that_spoke_for_the_code_are_marked_and_others_not(fakes: SimpleNamespace) -> None:
    rows = [fakes.row(0, text="云帆镇招商，灯塔")]
    report, _ = made(fakes, rows, [("(bias)", 2.0), ("招商", 1.0), ("灯塔", -1.0)])
    assert report.policy.lines[0].typical[0].marks == ((3, 5, 1.0),)
    page = fakes.shown(render(report, draw(report)))
    assert '<blockquote lang="zh-CN">云帆镇<mark>招商</mark>，灯塔</blockquote>' in page
    assert "标出的字词" in page


def test_without_an_explanation_nothing_is_marked(fakes: SimpleNamespace) -> None:
    report, _ = made(fakes, fakes.rows(), None)
    page = fakes.shown(render(report, draw(report)))
    assert "<mark>" not in page
    assert "标出的字词" not in page


def test_what_lies_behind_the_cut_is_not_marked(fakes: SimpleNamespace) -> None:
    report, _ = made(fakes, [fakes.row(0, text="渔" * 199 + "招商")], [("招商", 1.0)])
    assert report.policy.lines[0].typical[0].marks == ()


def test_marked_text_is_escaped(fakes: SimpleNamespace) -> None:
    text = "<b>招商</b>&\u202e<script>招商</script>"
    report, _ = made(fakes, [fakes.row(0, text=text)], [("招商", 1.0), ("</b>&", 0.5)])
    page = fakes.shown(render(report, draw(report)))
    assert (
        "&lt;b&gt;<mark>招商</mark><mark>&lt;/b&gt;&amp;</mark>\\u202e&lt;script&gt;<mark>招商</mark>&lt;/script&gt;"
        in page
    )
