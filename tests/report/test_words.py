from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, get_args

import pytest

from qztopics.evaluation.evaluate import Baseline
from qztopics.evaluation.intervals import Interval
from qztopics.policy.abstain import Reason
from qztopics.records import KINDS
from qztopics.report import numbers
from qztopics.report.words.zh import abstained, agreement, front, labels, quality

if TYPE_CHECKING:
    from qztopics.report.contents import Report


def score_of(report: Report) -> str:
    return next(sentence for sentence in front.findings(report) if "宏平均 F1" in sentence)


def scored(report: Report, gain: Interval) -> str:
    """The finding on scores when macro-F1 is 0.70 (0.60 to 0.80) and the model gains `gain` on the vote."""
    assert report.agreement is not None
    evaluation = replace(
        report.agreement.evaluation,
        macro_f1=Interval(0.7, 0.6, 0.8),
        baselines=(
            Baseline("majority class", 0.3, 0.1, Interval(0.6, 0.5, 0.7)),
            Baseline("keyword vote", 0.5, 0.7 - gain.value, gain),
        ),
    )
    return score_of(replace(report, agreement=replace(report.agreement, evaluation=evaluation)))


@pytest.mark.parametrize(
    ("gain", "claim"),
    [
        (Interval(0.2, 0.01, 0.3), "模型比它高 0.200（配对比较的 95% 区间 +0.010 至 +0.300，不含 0）"),
        (Interval(0.05, -0.02, 0.1), "区间 −0.020 至 +0.100，含 0），尚不能断定模型更好"),
        (Interval(0.05, 0.0, 0.1), "含 0），尚不能断定模型更好"),
        (Interval(-0.1, -0.2, -0.05), "模型比它低 0.100（配对比较的 95% 区间 −0.200 至 −0.050，不含 0），不如"),
    ],
)
def test_a_difference_is_claimed_only_where_the_paired_interval_leaves_out_0(
    report: Report, gain: Interval, claim: str
) -> None:
    found = scored(report, gain)
    assert claim in found
    assert "种子词投票" in found
    assert "宏平均 F1 为 0.70（95% 区间 0.60–0.80）" in found


def test_findings_are_made_from_the_numbers(report: Report) -> None:
    found = front.findings(report)
    assert len(found) == front.FINDINGS_MAX
    assert report.policy is not None
    assert f"产业发展与招商引资（{numbers.percent(report.policy.lines[0].share)}）" in found[0]
    assert "另有" in found[0]
    silence = next(sentence for sentence in found if "没有作答" in sentence)
    assert "5 个片段没有作答，占判读片段的 8.3%" in silence
    assert "“概率过低”（4 个）" in silence
    assert "1 个输入没有读入，1 个文件的编码靠推断，7 处" in quality.sentence(report.quality)


def test_scores_that_may_be_too_good_say_so(report: Report) -> None:
    assert report.agreement is not None
    seen = replace(report.agreement, evaluation=replace(report.agreement.evaluation, out_of_fold=False))
    assert "得分会偏高" in score_of(replace(report, agreement=seen))
    assert "得分会偏高" in agreement.lead(seen)
    assert "交叉验证" in agreement.lead(report.agreement)


def test_cautions_give_the_accuracy(report: Report) -> None:
    assert report.agreement is not None
    assert numbers.percent(report.agreement.evaluation.accuracy.value) in front.cautions(report)[0]
    assert "没有按误判率校正" in front.cautions(report)[0]
    assert any("没有学过该篇文章" in caution for caution in front.cautions(report))


@pytest.mark.parametrize(
    ("kept", "claim"), [(0.9, "高 10.0 个百分点"), (0.7, "低 10.0 个百分点"), (0.8, "与全部片段相同")]
)
def test_what_abstaining_buys(report: Report, kept: float, claim: str) -> None:
    assert report.agreement is not None
    evaluation = replace(report.agreement.evaluation, accuracy=Interval(0.8, 0.7, 0.9), accuracy_of_kept=kept)
    assert claim in agreement.kept_sentence(evaluation)


def test_what_the_machine_rounds_is_written_as_what_it_is() -> None:
    """The upper bound of a Wilson interval may come out as 0.9999999999999999."""
    assert numbers.percent(1 - 1e-16) == "100.0%"
    assert numbers.percent(1e-17) == "0.0%"
    assert numbers.decimal(1 - 1e-16) == "1.00"
    assert numbers.decimal(1e-17) == "0.00"


def test_every_reason_and_kind_has_words() -> None:
    assert set(abstained.REASONS) == set(get_args(Reason))
    assert tuple(labels.KINDS) == KINDS


def test_simple_methods_have_names() -> None:
    assert agreement.baseline_name("majority class") == "多数类"
    assert agreement.baseline_name("keyword vote") == "种子词投票"
    assert agreement.baseline_name("plain TF-IDF + linear") == "普通 TF-IDF 线性模型"
    assert (agreement.baseline_name("neu"), agreement.baseline_about("neu")) == ("neu", "")


def test_all_answered(report: Report) -> None:
    assert report.policy is not None
    full = replace(report.policy, n_abstained=0, reasons=())
    assert abstained.lead(full) == "判读的片段全部作答，没有弃权。"


def test_a_cut_table_says_so() -> None:
    assert labels.shown(200, 200) == ""
    assert labels.shown(200, 1234, unsure_first=True) == "共 1,234 条，这里列出 200 条，编码靠推断的排在最前。"
