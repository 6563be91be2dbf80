"""Agreement with the reference labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.evaluation.evaluate import MEASURED_MIN
from qztopics.report.numbers import decimal, integer, interval, percent
from qztopics.report.words.chinese import listed_quoted
from qztopics.report.words.zh import numbers

if TYPE_CHECKING:
    from qztopics.evaluation.evaluate import Evaluation
    from qztopics.report.contents import Agreement, Breakdown, Confused, Report

BASELINES = {
    "majority class": ("多数类", "一律判为标注最多的一类"),
    "keyword vote": ("种子词投票", "哪一类的种子词出现得多，就判为哪一类"),
    "plain TF-IDF + linear": ("普通 TF-IDF 线性模型", "只看词频，用同一批标注训练"),
}
"""Simple methods: name and what they do."""

GROUPINGS = {
    "clusters": ("聚类", ""),
    "topics": ("词语主题（LDA）", "每个片段取权重最大的一个"),
}
"""Groupings that saw no label: name and remark."""

STRATA = {"source": "来源", "genre": "体裁"}

MODEL_ABOUT = "不论是否弃权，取最可能的一类"

TOO_FEW = f"参照标注不足 {MEASURED_MIN} 个，概率是否可信未测量，不画图。"


def lead(agreement: Agreement) -> str:
    """Say on what the scores rest."""
    evaluation = agreement.evaluation
    start = f"对照了 {integer(evaluation.n_articles)} 篇文章中的 {integer(evaluation.n_passages)} 个参照标注片段。"
    if evaluation.out_of_fold:
        return start + "每个片段都由没有学过其所在文章标注的分类器判读（交叉验证），得分不是“考原题”。"
    return start + "注意：这些片段不是交叉验证的结果，模型可能在训练时见过它们，得分会偏高。"


def nothing(report: Report) -> str:
    """Say that nothing was measured."""
    if report.basis.n_labels:
        return "本次没有对照参照标注打分，因此不知道分类有多准。"
    return "没有参照标注，因此不知道分类有多准。标注一二百个片段后重新训练，这里会给出准确率、F1 和混淆矩阵。"


def baseline_name(name: str) -> str:
    """Name a simple method; an unknown one keeps its name."""
    return BASELINES.get(name, (name, ""))[0]


def baseline_about(name: str) -> str:
    """Say what a simple method does; empty for an unknown one."""
    return BASELINES.get(name, (name, ""))[1]


def grouping_name(name: str) -> str:
    """Name a grouping that saw no label; an unknown one keeps its name."""
    return GROUPINGS.get(name, (name, ""))[0]


def grouping_about(name: str) -> str:
    """Say how a grouping is taken; empty where there is nothing to say."""
    return GROUPINGS.get(name, (name, ""))[1]


def names(agreement: Agreement) -> tuple[str, ...]:
    """Name the classes of the evaluation."""
    return agreement.names


def hand(pair: Confused) -> str:
    """Name the reference label of a confusion."""
    return pair.hand


def predicted(pair: Confused) -> str:
    """Name what the model said instead."""
    return pair.predicted


def gains_sentence(evaluation: Evaluation) -> str:
    """Say which simple methods the model is better than, as far as the paired intervals allow."""
    better = [b for b in evaluation.baselines if b.gain.low > 0]
    worse = [b for b in evaluation.baselines if b.gain.high < 0]
    unsure = [b for b in evaluation.baselines if b.gain.low <= 0 <= b.gain.high]
    found = [
        f"比起{listed_quoted(baseline_name(b.name) for b in group)}，{claim}"
        for group, claim in (
            (better, "区间不含 0，可以认为模型更好"),
            (unsure, "区间含 0，不能断定谁更好"),
            (worse, "区间不含 0 而在 0 以下，模型不如它"),
        )
        if group
    ]
    if not found:
        return ""
    return f"小字是 95% 区间；“本模型高出”一列在同样的片段上两两比较，用的是配对区间。{'；'.join(found)}。"


def by_class_sentence(agreement: Agreement) -> str:
    """Say how many classes were measured, and name the best and the worst."""
    scores = zip(agreement.evaluation.per_class, agreement.names, strict=True)
    measured = [(score.f1, name) for score, name in scores if score.measured]
    n_codes = len(agreement.names)
    start = (
        f"{n_codes} 类的参照标注都达到 {MEASURED_MIN} 个"
        if len(measured) == n_codes
        else f"{n_codes} 类中有 {len(measured)} 类的参照标注达到 {MEASURED_MIN} 个，其余未测量"
    )
    if len(measured) < 2:
        return f"{start}。"
    best, worst = max(measured, key=lambda pair: pair[0].value), min(measured, key=lambda pair: pair[0].value)
    if best[0].value == worst[0].value:
        return f"{start}，各类的 F1 相同。"
    named = [f"“{name}”（{decimal(f1.value)}，区间 {interval(f1)}）" for f1, name in (best, worst)]
    return f"{start}。F1 最高的是{named[0]}，最低的是{named[1]}。标注少的类区间宽，得分只能看个大概。"


def kept_sentence(evaluation: Evaluation) -> str:
    """Say what abstaining buys."""
    gain = evaluation.accuracy_of_kept - evaluation.accuracy.value
    start = f"模型对其中 {percent(evaluation.coverage)} 作答，作答部分的准确率为 {percent(evaluation.accuracy_of_kept)}"
    if not evaluation.coverage:
        return "模型对这些片段全部弃权。"
    return f"{start}，{_than('全部片段', gain)}。"


def _than(what: str, difference: float) -> str:
    """Compare with something; what rounds to nothing is no difference."""
    if abs(difference) < 0.0005:
        return f"与{what}相同"
    return f"比{what}{'高' if difference > 0 else '低'} {numbers.points(difference)}"


def probability_sentence(evaluation: Evaluation) -> str:
    """Explain in plain words how far probabilities can be believed: calibration error and Brier score."""
    total = sum(b.n for b in evaluation.reliability)
    stated = sum(b.n * b.probability for b in evaluation.reliability) / total
    right = sum(b.n * b.right.value for b in evaluation.reliability) / total
    difference = stated - right
    tendency = (
        "两者相符"
        if abs(difference) < 0.0005
        else f"总体上{'高估' if difference > 0 else '低估'}了自己 {numbers.points(difference)}"
    )
    n_codes = len(evaluation.codes)
    even = f"，对 {n_codes} 类一律给相同的概率时为 {decimal(1 - 1 / n_codes)}" if n_codes > 1 else ""
    return (
        f"模型给出的概率平均为 {percent(stated)}，实际判对 {percent(right)}，{tendency}。"
        f"把片段按概率从低到高分成 {len(evaluation.reliability)} 组来看，概率与判对的比例平均相差 "
        f"{numbers.points(evaluation.calibration_error)}，这叫期望校准误差（ECE），0 最好。"
        f"Brier 分为 {decimal(evaluation.brier)}，是各类概率与事实之差的平方和的平均：0 最好，2 最差{even}。"
    )


def calibration_caption(evaluation: Evaluation) -> str:
    """Say what the calibration curve shows."""
    counts = [b.n for b in evaluation.reliability]
    size = integer(min(counts)) if min(counts) == max(counts) else f"{integer(min(counts))}–{integer(max(counts))}"
    return (
        f"每个点是概率相近的 {size} 个片段，竖线是 95% 区间，上方的数字是片段数；"
        "点落在虚线上，说明概率可以照字面理解，在虚线下方，说明模型高估了自己。"
    )


def calibration_alt(evaluation: Evaluation) -> str:
    """Describe the calibration curve to somebody who cannot see it."""
    return "校准图：" + "；".join(
        f"平均概率 {percent(b.probability)} 的 {integer(b.n)} 个片段判对 {percent(b.right.value)}"
        for b in evaluation.reliability
    )


def coverage_caption(evaluation: Evaluation) -> str:
    """Say what the coverage curve shows: accuracy at 80 % and at 100 %."""
    found = {point.coverage: point for point in evaluation.coverage_curve}
    start = "横轴从左到右，作答的片段越来越多，纵轴是其中的准确率"
    if 0.8 not in found or 1.0 not in found:
        return f"{start}。"
    some, every = found[0.8], found[1.0]
    return (
        f"{start}：只答最有把握的 80% 时为 {percent(some.accuracy)}，全部作答时为 {percent(every.accuracy)}，"
        f"前者{_than('后者', some.accuracy - every.accuracy)}。"
    )


def coverage_alt(evaluation: Evaluation) -> str:
    """Describe the coverage curve to somebody who cannot see it."""
    return "折线图：" + "；".join(
        f"作答 {point.coverage:.0%}，准确率 {percent(point.accuracy)}" for point in evaluation.coverage_curve
    )


def groupings_sentence(evaluation: Evaluation) -> str:
    """Say how far groupings that saw no label agree with the labels."""
    listed = "，".join(f"{grouping_name(g.name)}为 {decimal(g.ari)}" for g in evaluation.groupings)
    return (
        "这些分组由程序自行归纳，没有用到参照标注；越接近 1，与标注分得越一致。"
        f"ARI 扣除了碰巧一致的部分，随机分组约为 0，这里{listed}。"
    )


def breakdown_title(breakdown: Breakdown) -> str:
    """Head the table of scores by one kind of metadata."""
    return f"按{breakdown_name(breakdown.by)}看"


def breakdown_name(by: str) -> str:
    """Name the metadata that scores are broken down by; unknown ones keep their name."""
    return STRATA.get(by, by)


def breakdown_sentence(breakdown: Breakdown) -> str:
    """Say where the model does best and worst, as far as that can be told."""
    measured = [(line.accuracy, line.value) for line in breakdown.lines if line.accuracy]
    if not measured:
        return f"各行的参照标注都不足 {MEASURED_MIN} 个，没有测量。"
    if len(measured) == 1:
        return f"只有“{measured[0][1]}”的参照标注达到 {MEASURED_MIN} 个，无从比较。"
    best, worst = max(measured, key=lambda pair: pair[0].value), min(measured, key=lambda pair: pair[0].value)
    if best[0].value == worst[0].value:
        return "各行的准确率相同。"
    start = f"准确率最高的是“{best[1]}”（{percent(best[0].value)}），最低的是“{worst[1]}”（{percent(worst[0].value)}）"
    if worst[0].high < best[0].low:
        return f"{start}，两者的区间不重叠，差别不像是偶然，可能与各自的题材有关。"
    return f"{start}，两者的区间有重叠，差别可能只是偶然。"


def confusion_caption(agreement: Agreement) -> str:
    """Say what the confusion matrix shows."""
    start = "行是参照标注，列是模型的判断，格中为片段数，对角线为一致；列的编号与行相同。"
    if not agreement.confused:
        return start + "没有混淆。"
    pair = agreement.confused[0]
    return f"{start}最常见的混淆是把“{pair.hand}”判为“{pair.predicted}”（{integer(pair.count)} 次）。"


def confusion_alt(agreement: Agreement) -> str:
    """Describe the confusion matrix to somebody who cannot see it."""
    return f"混淆矩阵，{len(agreement.names)} 类；数字见下方的表。"
