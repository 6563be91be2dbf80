"""The section on agreement with hand labels: figures recomputed by hand on twenty passages, sentences, empty cases.

The twenty: hand labels 16 of `industry` and 4 of `urban`, each passage an article of its own. The model says `industry`
with 0.9 for the first 12, with 0.6 for 4 (two of them `urban` by hand), and `urban` with 0.8 for the last 4 (two of them
`industry` by hand). So 16 of 20 are right.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.evaluation.curves import Bin, CoveragePoint
from qztopics.evaluation.evaluate import Baseline, Evaluation, Predictions, Stratum, evaluate
from qztopics.evaluation.intervals import Interval, wilson
from qztopics.report import numbers
from qztopics.report.agreement_part import VALUES_SHOWN, agreement_part
from qztopics.report.contents import Breakdown, BreakdownLine, Figures
from qztopics.report.figures import draw, merge_counts, plot_calibration, plot_coverage, to_svg
from qztopics.report.page import render
from qztopics.report.prepare import prepare
from qztopics.report.words.zh import agreement, labels
from qztopics.report.words.zh import numbers as zh_numbers

if TYPE_CHECKING:
    from types import SimpleNamespace

    from qztopics.report.contents import Report


@pytest.fixture(scope="module")
def twenty() -> Evaluation:
    hand = np.array([0] * 12 + [0, 0, 1, 1] + [0, 0, 1, 1])
    said = np.array([0] * 16 + [1] * 4)
    top = np.array([0.9] * 12 + [0.6] * 4 + [0.8] * 4)
    probability = np.stack([np.where(said == 0, top, 1 - top), np.where(said == 1, top, 1 - top)], axis=1)
    given_ = Predictions(
        hand=hand,
        probability=probability,
        kept=np.arange(20) < 16,
        articles=np.arange(20),
        baselines={"majority class": np.zeros(20, np.int64)},
        groupings={"clusters": hand, "topics": np.zeros(20, np.int64)},
        strata={"source": ["望潮日报"] * 16 + ["云帆周报"] * 4},
    )
    return evaluate(("industry", "urban"), given_, out_of_fold=True, seed=1)


def texts(svg: bytes) -> list[str]:
    return ["".join(node.itertext()) for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def page_of(fakes: SimpleNamespace, evaluation: Evaluation | None) -> str:
    rows = fakes.rows()
    report = prepare(rows, fakes.model(), fakes.summary(rows), evaluation, name="n", version="v", made_with={})
    return fakes.shown(render(report, draw(report)))


def section(page: str) -> str:
    found = re.search('<section id="agreement">.*?</section>', page, flags=re.DOTALL)
    assert found
    return found[0]


def cells(html: str, heading: str) -> list[list[str]]:
    """Texts of the cells of the first table after a heading."""
    start = html.index(f"<h3>{heading}</h3>")
    body = html[html.index("<tbody>", start) : html.index("</tbody>", start)]
    rows = re.findall("<tr.*?</tr>", body, flags=re.DOTALL)
    return [
        [re.sub("<[^>]*>", " ", c).strip() for c in re.findall("<t[hd].*?</t[hd]>", row, flags=re.DOTALL)]
        for row in rows
    ]


# --- the twenty ------------------------------------------------------------------------------------------------------


def test_methods_stand_side_by_side(fakes: SimpleNamespace, twenty: Evaluation) -> None:
    ours, majority = cells(section(page_of(fakes, twenty)), labels.TEXT["baselines"])
    # 16 of 20 right; F1 is 28 / 32 for industry and 4 / 8 for urban
    assert ours[1].split()[0] == "80.0%"
    assert ours[2].split()[0] == "0.69"
    assert ours[3] == "—"
    # majority: 16 of 20 right, F1 32 / 36 and 0, mean 4 / 9; gain 11 / 16 - 4 / 9
    assert majority[1:3] == ["80.0%", "0.44"]
    assert majority[3].split()[0] == "+0.243"
    assert majority[3].split(maxsplit=1)[1] == zh_numbers.signed_interval(twenty.baselines[0].gain)


def test_classes_have_intervals_and_small_ones_are_not_measured(fakes: SimpleNamespace, twenty: Evaluation) -> None:
    industry, urban = cells(section(page_of(fakes, twenty)), labels.TEXT["by_class"])
    assert industry[:3] == ["产业发展与招商引资", "16", "16"]
    wide = numbers.interval(wilson(14, 16), "percent")
    assert [" ".join(cell.split()) for cell in industry[3:5]] == [f"87.5% {wide}"] * 2
    assert industry[5].split()[0] == "0.88"
    assert urban == ["城乡建设、住房与交通", "4", "4", "未测量", "未测量", "未测量"]


def test_precision_of_a_class_that_was_never_said_is_left_open(fakes: SimpleNamespace, twenty: Evaluation) -> None:
    silent = replace(twenty.per_class[0], predicted=0, precision=Interval(0.0, 0.0, 1.0))
    found = replace(twenty, per_class=(silent, twenty.per_class[1]))
    assert cells(section(page_of(fakes, found)), labels.TEXT["by_class"])[0][3] == "—"


def test_calibration_and_brier_in_words(fakes: SimpleNamespace, twenty: Evaluation) -> None:
    sentence = agreement.probability_sentence(twenty)
    # mean probability (12 * 0.9 + 4 * 0.6 + 4 * 0.8) / 20 = 0.82 against 16 / 20
    assert "概率平均为 82.0%，实际判对 80.0%，总体上高估了自己 2.0 个百分点" in sentence
    # four bins of five in order of probability: 0.6 0.6 0.6 0.6 0.8 | 0.8 0.8 0.8 0.9 0.9 | 0.9 … | 0.9 …
    # passages 12 to 16, then 17 to 19 with 0 and 1: right 2, 4, 5 and 5 of 5, distances 0.24 0.04 0.1 0.1
    assert "分成 4 组来看" in sentence
    assert "平均相差 12.0 个百分点" in sentence
    # squared distances, both codes: 12 of 2 * 0.01, 2 of 2 * 0.16, 2 of 2 * 0.36, 2 of 2 * 0.64, 2 of 2 * 0.04
    assert "Brier 分为 0.25" in sentence
    assert "对 2 类一律给相同的概率时为 0.50" in sentence
    assert sentence in section(page_of(fakes, twenty))


def test_coverage_in_words(twenty: Evaluation) -> None:
    # the surest 16 are the 12 at 0.9, all right, and the 4 at 0.8, two right
    assert "只答最有把握的 80% 时为 87.5%，全部作答时为 80.0%，前者比后者高 7.5 个百分点" in agreement.coverage_caption(
        twenty
    )
    # kept were the first 16, 14 of them right
    assert (
        agreement.kept_sentence(twenty)
        == "模型对其中 80.0% 作答，作答部分的准确率为 87.5%，比全部片段高 7.5 个百分点。"
    )


def test_groupings(fakes: SimpleNamespace, twenty: Evaluation) -> None:
    html = section(page_of(fakes, twenty))
    same, single = cells(html, labels.TEXT["groupings"])
    assert same[1:] == ["1.00"] * 5
    assert single[1:] == ["0.00", "0.00", "0.00", "1.00", "0.00"]  # one group holds every class whole
    assert "这里聚类为 1.00，词语主题（LDA）为 0.00" in html


def test_thin_strata_are_grey_and_not_measured(fakes: SimpleNamespace, twenty: Evaluation) -> None:
    html = section(page_of(fakes, twenty))
    large, small = cells(html, "按来源看")
    assert large[:2] == ["望潮日报", "16"]
    assert large[2].split()[0] == "87.5%"
    assert small == ["云帆周报", "4", "未测量", "未测量"]
    assert html.count('<tr class="thin">') == 1
    assert "只有“望潮日报”的参照标注达到 15 个" in html


# --- strata ----------------------------------------------------------------------------------------------------------


def test_strata_are_grouped_largest_first_and_cut(twenty: Evaluation) -> None:
    half = Interval(0.5, 0.4, 0.6)
    strata = [Stratum("source", f"报{i:02d}", 20 + i % 2, half, 0.5) for i in range(40)]
    strata += [Stratum("genre", "评论", 14, half, 0.5), Stratum("genre", "消息", 15, half, 0.5)]
    source, genre = agreement_part(replace(twenty, strata=tuple(strata)), None).breakdowns
    assert (source.by, len(source.lines), source.n_values) == ("source", VALUES_SHOWN, 40)
    assert [line.value for line in source.lines[:2]] == ["报01", "报03"]
    assert source.lines[20].value == "报00"
    assert [(line.value, line.accuracy, line.macro_f1) for line in genre.lines] == [
        ("消息", half, 0.5),
        ("评论", None, None),
    ]


@pytest.mark.parametrize(
    ("intervals", "claim"),
    [
        ([(0.9, 0.85, 0.95), (0.7, 0.6, 0.8)], "两者的区间不重叠"),
        ([(0.9, 0.8, 0.95), (0.7, 0.6, 0.8)], "差别可能只是偶然"),
        ([(0.8, 0.7, 0.9), (0.8, 0.6, 0.95)], "各行的准确率相同。"),
        ([(0.8, 0.7, 0.9), None], "只有“甲”的参照标注达到 15 个，无从比较。"),
        ([None, None], "都不足 15 个"),
    ],
)
def test_differences_of_strata_are_claimed_with_care(
    intervals: list[tuple[float, float, float] | None], claim: str
) -> None:
    lines = tuple(
        BreakdownLine(name, 20, Interval(*found) if found else None, 0.5 if found else None)
        for name, found in zip("甲乙", intervals, strict=True)
    )
    assert claim in agreement.breakdown_sentence(Breakdown("source", lines, 2))


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "甲\u202e乙", '"><script>1</script>'])
def test_names_of_strata_are_escaped(fakes: SimpleNamespace, twenty: Evaluation, name: str) -> None:
    from qztopics.report.visible import visible

    named = tuple(replace(stratum, by=name, value=name) for stratum in twenty.strata)
    html = section(page_of(fakes, replace(twenty, strata=named)))
    assert name not in html
    assert "<script" not in html
    assert html.count(visible(name).replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")) >= 3


def test_without_strata_there_is_no_table(fakes: SimpleNamespace, twenty: Evaluation) -> None:
    html = section(page_of(fakes, replace(twenty, strata=(), groupings=(), baselines=())))
    assert "按来源看" not in html
    assert labels.TEXT["groupings"] not in html
    assert labels.TEXT["curves"] in html
    assert agreement.gains_sentence(replace(twenty, baselines=())) == ""


# --- empty cases -----------------------------------------------------------------------------------------------------


def test_without_labels_there_are_no_figures(fakes: SimpleNamespace) -> None:
    rows = fakes.rows()
    report = prepare(rows, fakes.model(), fakes.summary(rows), None, name="n", version="v", made_with={})
    figures = draw(report)
    assert (figures.confusion, figures.calibration, figures.coverage) == (None, None, None)
    html = section(fakes.shown(render(report, figures)))
    assert "<table" not in html
    assert "<img" not in html


def test_few_labels_are_not_drawn(fakes: SimpleNamespace) -> None:
    few = Predictions(
        hand=np.array([0, 1, 0]),
        probability=np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6]]),
        kept=np.zeros(3, np.bool_),
        articles=np.arange(3),
        baselines={},
        groupings={},
        strata={"source": ["望潮日报"] * 3},
    )
    html = section(page_of(fakes, evaluate(("industry", "urban"), few, out_of_fold=True, seed=1)))
    assert agreement.TOO_FEW in html
    assert "模型对这些片段全部弃权。" in html
    assert "2 类中有 0 类的参照标注达到 15 个，其余未测量。" in html
    assert html.count("<img") == 1  # the confusion matrix
    assert "Brier" not in html


def test_one_class(fakes: SimpleNamespace) -> None:
    one = Predictions(
        hand=np.zeros(20, np.int64),
        probability=np.ones((20, 1)),
        kept=np.ones(20, np.bool_),
        articles=np.arange(20) // 2,
        baselines={"majority class": np.zeros(20, np.int64)},
        groupings={"clusters": np.zeros(20, np.int64)},
        strata={},
    )
    found = evaluate(("industry",), one, out_of_fold=True, seed=1)
    html = section(page_of(fakes, found))
    assert "1 类的参照标注都达到 15 个。" in html
    assert "两者相符" in html
    assert "一律给相同的概率" not in html
    assert "前者与后者相同" in html
    assert "区间含 0，不能断定谁更好" in html
    assert html.count("<img") == 3
    assert cells(html, labels.TEXT["baselines"])[1][3].split() == ["0", "0", "至", "0"]


# --- sentences -------------------------------------------------------------------------------------------------------


def test_gains_are_told_apart(twenty: Evaluation) -> None:
    baselines = (
        Baseline("majority class", 0.1, 0.1, Interval(0.5, 0.4, 0.6)),
        Baseline("keyword vote", 0.1, 0.1, Interval(0.4, 0.001, 0.6)),
        Baseline("plain TF-IDF + linear", 0.1, 0.1, Interval(0.1, 0.0, 0.2)),
        Baseline("neu", 0.1, 0.1, Interval(-0.1, -0.2, -0.001)),
    )
    sentence = agreement.gains_sentence(replace(twenty, baselines=baselines))
    assert "比起“多数类”、“种子词投票”，区间不含 0，可以认为模型更好" in sentence
    assert "比起“普通 TF-IDF 线性模型”，区间含 0，不能断定谁更好" in sentence
    assert "比起“neu”，区间不含 0 而在 0 以下，模型不如它" in sentence


def test_best_and_worst_classes_are_named(report: Report, twenty: Evaluation) -> None:
    first = replace(twenty.per_class[0], f1=Interval(0.9, 0.8, 1.0))
    second = replace(twenty.per_class[1], f1=Interval(0.6, 0.3, 0.7), measured=True)
    both = agreement_part(replace(twenty, per_class=(first, second)), None)
    sentence = agreement.by_class_sentence(both)
    assert sentence.startswith("2 类的参照标注都达到 15 个。F1 最高的是“industry”（0.90，区间 0.80–1.00）")
    assert "最低的是“urban”（0.60，区间 0.30–0.70）" in sentence
    same = replace(both, evaluation=replace(twenty, per_class=(first, replace(second, f1=first.f1))))
    assert "各类的 F1 相同" in agreement.by_class_sentence(same)
    assert report.agreement is not None
    assert agreement.by_class_sentence(report.agreement).startswith("6 类中有 1 类的参照标注达到 15 个，其余未测量")


@pytest.mark.parametrize(
    ("probability", "claim"),
    [(0.9, "高估了自己 10.0 个百分点"), (0.7, "低估了自己 10.0 个百分点"), (0.8, "两者相符")],
)
def test_which_way_probabilities_lean(twenty: Evaluation, probability: float, claim: str) -> None:
    bins = (Bin(30, probability, wilson(24, 30)), Bin(10, probability, wilson(8, 10)))
    assert claim in agreement.probability_sentence(replace(twenty, reliability=bins))


def test_a_curve_that_does_not_fall_is_not_praised(twenty: Evaluation) -> None:
    curve = (CoveragePoint(1.0, 0.8, 0.1), CoveragePoint(0.8, 0.75, 0.4))
    assert "前者比后者低 5.0 个百分点" in agreement.coverage_caption(replace(twenty, coverage_curve=curve))
    curve = (CoveragePoint(1.0, 0.8, 0.1),)
    assert agreement.coverage_caption(replace(twenty, coverage_curve=curve)).endswith("准确率。")


# --- figures ---------------------------------------------------------------------------------------------------------

BINS = (
    Bin(31, 0.2, Interval(0.5, 0.3, 0.7)),
    Bin(31, 0.9, Interval(0.8, 0.6, 0.9)),
    Bin(30, 0.96, Interval(1.0, 0.9, 1.0)),
)


def dots(figure: object) -> list[tuple[float, float]]:
    """Places of the dots, in shares of the plot's side."""
    return [((p.center[0] - 48) / 250, (p.center[1] - 42) / 250) for p in figure.axes[0].patches]  # type: ignore[attr-defined]


def test_calibration_dots_stand_where_they_should() -> None:
    figure = plot_calibration(BINS)
    assert np.allclose(dots(figure), [(0.2, 0.5), (0.9, 0.8), (0.96, 1.0)])
    drawn = [
        tuple((np.array([x[0], *y]) - [48, 42, 42]) / 250)
        for line in figure.axes[0].lines
        if (x := line.get_xdata())[0] == x[-1] and line.get_linewidth() == 1.4
        for y in [line.get_ydata()]
    ]
    assert np.allclose(drawn, [(0.2, 0.3, 0.7), (0.9, 0.6, 0.9), (0.96, 0.9, 1.0)])
    diagonals = [line for line in figure.axes[0].lines if line.get_linestyle() != "-"]
    assert [(list(d.get_xdata()), list(d.get_ydata())) for d in diagonals] == [([48, 298], [42, 292])]


def test_calibration_writes_counts_and_merges_close_ones() -> None:
    found = texts(to_svg(plot_calibration(BINS), "图"))
    assert found[-3:] == ["片段", "31", "61"]
    assert {"平均概率", "判对的比例", "0%", "100%"} <= set(found)


def test_coverage_names_its_two_points() -> None:
    points = (
        CoveragePoint(1.0, 0.72, 0.1),
        CoveragePoint(0.9, 0.8, 0.3),
        CoveragePoint(0.8, 0.855, 0.5),
        CoveragePoint(0.1, 1.0, 0.9),
    )
    figure = plot_coverage(points)
    found = texts(to_svg(figure, "图"))
    assert found[-2:] == ["72.0%", "85.5%"]
    assert "60%" in found
    assert "50%" not in [t for t in found if found.count(t) == 1]
    curve = max(figure.axes[0].lines, key=lambda line: line.get_linewidth())
    assert np.allclose((np.array(curve.get_xdata()) - 48) / 250, [1.0, 0.9, 0.8, 0.1])
    assert np.allclose(0.6 + (np.array(curve.get_ydata()) - 42) / 250 * 0.4, [0.72, 0.8, 0.855, 1.0])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.lists(st.floats(0, 1), min_size=1, max_size=12))
@settings(deadline=None, max_examples=8)
def test_everything_stays_inside_the_picture(right: list[float], accuracies: list[float]) -> None:
    bins = [
        Bin(5, p, Interval(r, max(0.0, r - 0.2), min(1.0, r + 0.2)))
        for p, r in zip(sorted(right), right[::-1], strict=True)
    ]
    points = [CoveragePoint(c, a, 0.5) for c, a in zip((1.0, 0.8, *[0.5] * 10), accuracies, strict=False)]
    for figure in (plot_calibration(bins), plot_coverage(points)):
        axes = figure.axes[0]
        width, height = axes.get_xlim()[1], axes.get_ylim()[1]
        for line in axes.lines:
            assert min(line.get_ydata()) >= 42 - 1e-9
            assert max(line.get_ydata()) <= 292 + 1e-9
        for text in axes.texts:
            assert 0 <= text.get_position()[0] <= width
            assert 0 < text.get_position()[1] < height - 8


@given(st.lists(st.tuples(st.floats(0, 300), st.integers(1, 500)), min_size=1, max_size=12), st.floats(1, 60))
@settings(deadline=None, max_examples=100)
def test_merged_counts_keep_their_sum_and_their_distance(pairs: list[tuple[float, int]], gap: float) -> None:
    pairs = sorted(pairs)
    merged = merge_counts([x for x, _ in pairs], [n for _, n in pairs], gap=gap)
    assert sum(n for _, n in merged) == sum(n for _, n in pairs)
    assert sum(x * n for x, n in merged) == pytest.approx(sum(x * n for x, n in pairs))
    assert all(b - a >= gap for (a, _), (b, _) in pairwise(merged))


def test_every_picture_is_described_with_its_numbers(fakes: SimpleNamespace, report: Report) -> None:
    assert report.agreement is not None
    found = report.agreement.evaluation
    html = section(fakes.shown(render(report, draw(report))))
    assert f'alt="{agreement.calibration_alt(found)}"' in html
    assert f'alt="{agreement.coverage_alt(found)}"' in html
    assert agreement.calibration_alt(found).count("平均概率") == len(found.reliability)
    assert "作答 80%，准确率" in agreement.coverage_alt(found)
    without = section(fakes.shown(render(report, Figures())))
    assert "<img" not in without
