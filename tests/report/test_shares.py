"""Corrected shares and the keyword audit: numbers, sentences, figure, tables and page."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

import pytest

from qztopics.errors import DataError
from qztopics.evaluation.intervals import Interval, wilson
from qztopics.policy.audit import TermAudit
from qztopics.records import Uncorrected
from qztopics.report.contents import Verdict
from qztopics.report.figures import draw, plot_intervals, to_svg
from qztopics.report.keyword_part import verdict
from qztopics.report.page import render
from qztopics.report.prepare import prepare
from qztopics.report.tables import keywords_csv, policy_csv
from qztopics.report.words.zh import front, keywords, labels, policy
from qztopics.report.write import write_report

if TYPE_CHECKING:
    from pathlib import Path
    from types import SimpleNamespace

    from qztopics.report.contents import KeywordPart, PolicyLine, PolicyPart, Report


def make(fakes: SimpleNamespace, **changes: Any) -> Report:
    rows = fakes.rows()
    arguments = {"shares": fakes.shares(), "audit": fakes.audit(), **changes}
    return prepare(
        rows, fakes.model(), fakes.summary(rows), fakes.evaluation(), name="n", version="v", made_with={}, **arguments
    )


def policy_of(report: Report) -> PolicyPart:
    assert report.policy is not None
    return report.policy


def keywords_of(report: Report) -> KeywordPart:
    assert report.keywords is not None
    return report.keywords


def line_of(report: Report, code: str) -> PolicyLine:
    return next(line for line in policy_of(report).lines if line.code == code)


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


# --- shares ---------------------------------------------------------------------------------------------------------


def test_lines_carry_the_stored_shares_and_the_largest_corrected_comes_first(fakes: SimpleNamespace) -> None:
    report = make(fakes)
    rural = line_of(report, "rural")
    assert rural.nearest == Interval(0.2, 0.2 - 0.05, 0.2 + 0.05)
    assert rural.corrected == Interval(0.12, 0.12 - 0.04, 0.12 + 0.04)
    values = [line.corrected.value for line in policy_of(report).lines if line.corrected]
    assert values == sorted(values, reverse=True)
    assert len(values) == 6


def test_shares_of_other_codes_are_refused(fakes: SimpleNamespace) -> None:
    with pytest.raises(DataError, match="other policy topics"):
        make(fakes, shares=fakes.shares(codes=("a", "b", "c", "d", "e", "f")))


def test_the_finding_says_whether_the_difference_is_within_error(fakes: SimpleNamespace) -> None:
    report = make(fakes)
    found = front.findings(report)[0]
    assert (
        "“产业发展与招商引资”约占全部正文的 32.0%（95% 区间 28.0%–36.0%），按分类结果直接计数为 30.0%，相差在误差之内"
        in found
    )
    assert "其次是“城乡建设、住房与交通”（22.0%，95% 区间 18.0%–26.0%）" in found
    assert "“非政策内容”（10.0%，95% 区间 6.0%–14.0%）" in found
    assert "区间有重叠" not in found
    assert "直接计数为 20.0%，相差超出误差，宜以校正后的为准" in policy.card_share(line_of(report, "rural"))


def test_the_finding_claims_no_order_where_intervals_overlap(fakes: SimpleNamespace) -> None:
    shares = fakes.shares()
    wide = tuple(replace(line, interval=(0.0, 0.9)) for line in shares.lines)
    assert (
        "前两个主题的区间有重叠，不能断定谁更多" in front.findings(make(fakes, shares=replace(shares, lines=wide)))[0]
    )


def test_cautions_point_from_counted_to_corrected_shares(fakes: SimpleNamespace) -> None:
    found = front.cautions(make(fakes))
    assert "没有按误判率校正，比较多少请看“校正后占比”" in found[0]
    assert any("新题材" in caution for caution in found)
    plain = front.cautions(make(fakes, shares=fakes.shares("one_class")))
    assert "比较多少" not in plain[0]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("few_labels", "参照标注只有 12 个，不足 30 个"),
        ("one_class", "60 个参照标注全属同一类"),
        ("nothing_judged", "没有可供判读的正文"),
    ],
)
def test_a_page_without_corrected_shares_says_why(fakes: SimpleNamespace, reason: Uncorrected, said: str) -> None:
    report = make(fakes, shares=fakes.shares(reason))
    figures = draw(report)
    page = fakes.shown(render(report, figures))
    assert f"本次没有校正后占比：{said}" in page
    assert "扣除了分类器的已知混淆" not in page
    assert labels.TEXT["corrected_share"] not in page
    assert labels.TEXT["nearest_share"] in page
    assert figures.corrected is None
    assert figures.shares is not None
    assert "占比最大的政策主题是" in front.findings(report)[0]


def test_every_reason_has_words(fakes: SimpleNamespace) -> None:
    said = {
        policy.shares_about(policy_of(make(fakes, shares=fakes.shares(reason)))) for reason in get_args(Uncorrected)
    }
    assert len(said) == len(get_args(Uncorrected))
    none = replace(fakes.shares("few_labels"), n_labels=0)
    assert "没有参照标注，不知道" in policy.shares_about(policy_of(make(fakes, shares=none)))


def test_files_without_shares_give_the_page_of_old(fakes: SimpleNamespace) -> None:
    report = make(fakes, shares=None, audit=None)
    page = fakes.shown(render(report, draw(report)))
    for gone in ("nearest_share", "corrected_share", "keywords"):
        assert f">{labels.TEXT[gone]}<" not in page
    assert 'id="keywords"' not in page
    assert policy.shares_about(policy_of(report)) == ""


def test_the_page_shows_table_cards_and_meaning(fakes: SimpleNamespace) -> None:
    report = make(fakes)
    page = fakes.shown(render(report, draw(report)))
    assert f'<th scope="col" class="n">{labels.TEXT["corrected_share"]}</th>' in page
    assert "已有参照标注的片段（60 个）按标注计" in page
    assert re.search('<p class="big">(<data [^>]*>)?32.0%', page)
    heads = re.search(
        r'<table class="stack sortable filterable"[^>]*>\s*<thead><tr>(.*?)</tr>.*?<tfoot>(.*?)</tfoot>',
        page,
        re.DOTALL,
    )
    assert heads
    assert heads[1].count("<th ") == 9
    for row in re.findall("<tr>(.*?)</tr>", heads[2], re.DOTALL):
        cells = re.findall(r'<t[hd][^>]*?(?:colspan="(\d+)")?>', row)
        assert sum(int(span or 1) for span in cells) == 9


# --- figure ---------------------------------------------------------------------------------------------------------


def test_the_figure_draws_intervals_dots_and_rings_to_scale() -> None:
    figure = plot_intervals(["甲", "乙"], [Interval(0.4, 0.3, 0.6), Interval(0.1, 0.0, 0.2)], [0.5, 0.2])
    axes = figure.axes[0]
    dots = [patch.center[0] for patch in axes.patches if patch.get_facecolor()[3] == 1][:2]
    rings = [patch.center[0] for patch in axes.patches if patch.get_facecolor()[3] == 0][:2]
    bars = [line.get_xdata() for line in axes.lines if line.get_linewidth() == 3][:2]
    left, right = bars[1][0], bars[0][1]  # at 0 and at .6
    per_share = (right - left) / 0.6
    assert [(x - left) / per_share for x in dots] == pytest.approx([0.4, 0.1])
    assert [(x - left) / per_share for x in rings] == pytest.approx([0.5, 0.2])
    assert (bars[0][0] - left) / per_share == pytest.approx(0.3)
    assert (bars[1][1] - left) / per_share == pytest.approx(0.2)


@pytest.mark.parametrize("high", [0.0, 0.004, 0.08, 0.37, 1.0])
def test_the_figure_has_few_grid_lines_at_any_scale(high: float) -> None:
    svg = to_svg(plot_intervals(["甲"], [Interval(high / 2, 0.0, high)], [0.0]), "图")
    texts = ["".join(node.itertext()) for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    grid = [text for text in texts if re.fullmatch(r"\d+%", text)]
    assert grid[0] == "0%"
    assert 1 <= len(grid) <= 9


@pytest.mark.slow
def test_the_figure_takes_the_place_of_bars(fakes: SimpleNamespace, tmp_path: Path) -> None:
    report = make(fakes)
    figures = draw(report)
    assert figures.shares is None
    assert figures == draw(report)
    rows = fakes.rows()
    write_report(
        tmp_path,
        rows,
        fakes.model(),
        fakes.summary(rows),
        fakes.evaluation(),
        name="n",
        version="v",
        shares=fakes.shares(),
        audit=fakes.audit(),
    )
    assert (tmp_path / "policy_topics.svg").read_bytes() == figures.corrected
    assert len(table((tmp_path / "keywords.csv").read_bytes())) == 6
    write_report(tmp_path, rows, fakes.model(), fakes.summary(rows), fakes.evaluation(), name="n", version="v")
    assert not (tmp_path / "keywords.csv").exists()
    assert (tmp_path / "policy_topics.svg").read_bytes() != figures.corrected


def test_the_caption_names_counts_outside_their_interval(fakes: SimpleNamespace) -> None:
    assert "落在区间之外的是“乡村振兴与农业”，其余" in policy.corrected_caption(policy_of(make(fakes)))
    shares = fakes.shares()
    wide = tuple(replace(line, interval=(0.0, 0.9)) for line in shares.lines)
    assert "都落在区间之内" in policy.corrected_caption(policy_of(make(fakes, shares=replace(shares, lines=wide))))


# --- keywords -------------------------------------------------------------------------------------------------------


def test_keywords_that_hurt_come_first_and_absent_ones_are_folded(fakes: SimpleNamespace) -> None:
    part = keywords_of(make(fakes))
    assert [(line.term, line.verdict) for line in part.lines] == [
        ("招商", "review"),
        ("农户", "often_wrong"),
        ("道路", "shared"),
        ("投产", "usable"),
        ("公交", "few_labels"),
        ("茶园", "absent"),
    ]
    assert {line.verdict for line in part.lines} == set(get_args(Verdict)) == set(keywords.VERDICTS)
    assert [[(line.name, line.term) for line in lines] for lines in part.absent] == [[("乡村振兴与农业", "茶园")]]
    assert part.lines[0].gain_without == 2
    assert part.lines[2].also == ("乡村振兴与农业",)


@pytest.mark.parametrize(
    ("n_right", "n", "found"),
    [(4, 4, "usable"), (3, 3, "few_labels"), (0, 4, "often_wrong"), (0, 3, "few_labels"), (12, 20, "few_labels"),
     (0, 0, "few_labels"), (15, 20, "usable")],
)  # fmt: skip
def test_a_keyword_is_judged_only_where_its_interval_is_on_one_side(n_right: int, n: int, found: Verdict) -> None:
    term = TermAudit("health", "医院", (), 20, 0, n, wilson(n_right, n), 0, hurts=False)
    assert verdict(term) == found
    assert verdict(replace(term, hurts=True)) == "review"


def test_the_page_names_what_to_review_and_what_chance_does(fakes: SimpleNamespace) -> None:
    report = make(fakes)
    page = fakes.shown(render(report, draw(report)))
    section = page[page.index('<section id="keywords">') :]
    section = section[: section.index("</section>")]
    assert (
        "分类表共有 6 个关键词（种子词），其中 1 个在正文中没有出现过；60 个正文片段中，25.0% 不含任何关键词" in section
    )
    assert "在 50 个参照标注片段上判对 60.0%（95% 区间" in section
    assert "标为“请复核”的有 1 个" in section
    assert "全部去掉后投票判对 64.0%" in section
    assert "一次检验了 5 个词，即使都没有问题，也可能有个别词碰巧被点名" in section
    assert section.index("招商") < section.index("农户") < section.index("<details") < section.index("道路")
    assert section.count("<details") == 2
    assert "看没有出现过的关键词（1 个）" in section
    assert "+2" in section
    assert "−4" in section
    many = keywords.found(keywords_of(make(fakes, audit=fakes.audit(n_more=200))))
    assert "一次检验了 205 个词" in many
    assert "一两个碰巧被点名" in many


def test_without_labels_keywords_are_counted_and_not_judged(fakes: SimpleNamespace) -> None:
    report = make(fakes, audit=fakes.audit(with_labels=False))
    page = fakes.shown(render(report, draw(report)))
    assert "没有参照标注，只能看哪些词出现过" in page
    assert keywords.REST not in page
    assert keywords.found(keywords_of(report)) == ""
    assert {line.accuracy for line in keywords_of(report).lines} == {None}
    harmless = replace(fakes.audit(), terms=fakes.audit().terms[:1])
    assert keywords.found(keywords_of(make(fakes, audit=harmless))) == "没有发现明显有害的关键词。"


# --- tables ---------------------------------------------------------------------------------------------------------


def test_tables_hold_the_numbers(fakes: SimpleNamespace) -> None:
    report = make(fakes)
    policy = {line["code"]: line for line in table(policy_csv(policy_of(report).lines))}
    names = ("nearest_share", "nearest_low", "nearest_high", "corrected_share", "corrected_low", "corrected_high")
    assert [float(policy["rural"][name]) for name in names] == pytest.approx([0.2, 0.15, 0.25, 0.12, 0.08, 0.16])
    first, *_, last = table(keywords_csv(keywords_of(report).lines))
    assert first["term"] == "招商"
    assert (first["n_outvoted"], first["n_labelled"], first["accuracy"], first["gain_without"]) == (
        "7",
        "8",
        "0.0",
        "2",
    )
    assert float(first["accuracy_high"]) == pytest.approx(wilson(0, 8).high, abs=1e-6)
    assert (last["verdict"], last["accuracy"]) == ("absent", "")
    bare = table(policy_csv(policy_of(make(fakes, shares=None)).lines))
    assert {line[name] for line in bare for name in names} == {""}


@pytest.mark.parametrize("text", ["=1+1", "@x"])
def test_formulas_are_guarded(fakes: SimpleNamespace, text: str) -> None:
    line = replace(keywords_of(make(fakes)).lines[0], term=text, name=text, also=(text,))
    written = table(keywords_csv([line]))[0]
    assert (written["term"], written["name"], written["also"]) == ("'" + text,) * 3
