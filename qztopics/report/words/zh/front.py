"""The front page: title, what the report rests on, findings, what not to conclude, counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.policy.taxonomy import RESIDUAL
from qztopics.report.numbers import decimal, integer, interval, percent
from qztopics.report.words.zh import abstained, agreement, attention, groups, labels, numbers, policy, quality

if TYPE_CHECKING:
    from qztopics.evaluation.evaluate import Baseline, Evaluation
    from qztopics.report.contents import PolicyPart, Report

FINDINGS_MAX = 5


def title(report: Report) -> str:
    """Write the title of the page."""
    return f"{'政策主题' if report.policy else '文本主题'}报告：{report.name}"


def subtitle(report: Report) -> str:
    """Say in one line what was analysed."""
    funnel = report.funnel
    counts = f"{integer(funnel.n_documents)} 个文件，{integer(funnel.n_articles)} 篇文章"
    judged = f"，判读 {integer(report.policy.n_characters)} 字" if report.policy else ""
    return f"{counts}，{integer(funnel.n_body)} 个正文片段{judged}"


def basis(report: Report) -> tuple[tuple[str, str], ...]:
    """Say what the report rests on, as (label, sentence) pairs."""
    found = report.basis
    pairs = [(labels.TEXT["scope"], f"{subtitle(report)}。"), (labels.TEXT["dates"], _dates(report))]
    pairs += [(labels.TEXT["model"], report.name), (labels.TEXT["model_version"], report.version)]
    if report.policy:
        pairs.append((labels.TEXT["labels"], _labels(report)))
        if found.is_calibrated is not None:
            words = (
                "已用参照标注校准。" if found.is_calibrated else "没有参照标注可供校准，只宜比较高低，不宜当作准确率。"
            )
            pairs.append((labels.TEXT["probability_scale"], words))
    return tuple(pairs)


def _dates(report: Report) -> str:
    found = report.basis
    if found.first_date is None:
        return "材料没有注明日期。"
    same = found.first_date == found.last_date
    words = found.first_date if same else f"{found.first_date} 至 {found.last_date}"
    return f"{words}（另有 {integer(found.n_undated)} 个文件未注明日期）。" if found.n_undated else f"{words}。"


def _labels(report: Report) -> str:
    found = report.basis
    if not found.n_labels:
        return "没有。分类只依据分类表的种子词，准确程度未经检验。"
    words = f"{integer(found.n_labels)} 个片段"
    lost = [
        f"{integer(n)} 条{what}"
        for n, what in ((found.n_unmatched_labels, "没有对上片段"), (found.n_contested_labels, "彼此矛盾"))
        if n
    ]
    return f"{words}；另有 {'，'.join(lost)}，未采用。" if lost else f"{words}。"


def funnel(report: Report) -> tuple[tuple[str, str, str], ...]:
    """Give the steps from files to results as (label, number, remark)."""
    found = report.funnel
    steps = [
        ("文件", found.n_documents, f"另有 {integer(found.n_rejected)} 个没有读入" if found.n_rejected else "全部读入"),
        ("文章", found.n_articles, ""),
        ("段落", found.n_paragraphs, ""),
        ("片段", found.n_passages, "判读的基本单位"),
        ("版面要素", found.n_furniture, "标题、署名、图注等，不判读"),
        ("重复片段", found.n_duplicates, "再次刊出，只计一次"),
        ("正文片段", found.n_body, "去掉以上两项"),
    ]
    if report.policy:
        unjudged = found.n_body - found.n_judged
        steps += [
            ("判读", found.n_judged, f"{integer(unjudged)} 个没有判读" if unjudged else ""),
            ("作答", found.n_answered, f"其余 {integer(found.n_judged - found.n_answered)} 个弃权"),
        ]
    return tuple((label, integer(number), remark) for label, number, remark in steps)


def findings(report: Report) -> tuple[str, ...]:
    """Write at most five sentences that a reader should take away, the weightiest first."""
    if not report.funnel.n_body:
        return ("本次没有可供分析的正文片段，以下各表为空。", quality.sentence(report.quality))
    found: list[str] = []
    if report.policy:
        largest = _largest_corrected if any(line.corrected for line in report.policy.lines) else _largest
        found.append(largest(report.policy))
        if report.attention:
            parts = (report.attention.time, report.attention.place)
            found += [attention.finding(part) for part in parts if part.is_shown and part.is_compared]
        found.append(_score(report.agreement.evaluation) if report.agreement else _no_score(report))
        found.append(abstained.sentence(report.policy))
    found.append(_topics_sentence(report))
    if not report.policy:
        found.append(_coherence_sentence(report))
    return tuple([*found, quality.sentence(report.quality)][:FINDINGS_MAX])


def _largest(part: PolicyPart) -> str:
    named = [line for line in part.lines if line.code != RESIDUAL and line.n_passages][:3]
    rest = next((line for line in part.lines if line.code == RESIDUAL and line.n_passages), None)
    tail = f"；另有 {percent(rest.share)} 判为“{rest.name}”" if rest else ""
    if not named:
        return f"没有片段判入任何一个实质政策主题{tail}。"
    listed = "、".join(f"{line.name}（{percent(line.share)}）" for line in named)
    return f"按字数计，占比最大的政策主题是{listed}{tail}。"


def _largest_corrected(part: PolicyPart) -> str:
    named = [line for line in part.lines if line.code != RESIDUAL and line.corrected and line.corrected.value > 0][:3]
    rest = next((line for line in part.lines if line.code == RESIDUAL and line.corrected), None)
    tail = f"另有一部分属于“{rest.name}”（{policy.share(rest)}）。" if rest else ""
    if not named:
        return f"实质政策主题都不占篇幅。{tail}"
    first, *others = named
    found = f"“{first.name}”约占全部正文的 {policy.share_beside_count(first)}"
    if not others:
        return f"{found}。{tail}"
    listed = "和".join(f"“{line.name}”（{policy.share(line)}）" for line in others)
    second = others[0]
    close = (
        "前两个主题的区间有重叠，不能断定谁更多。"
        if first.corrected and second.corrected and first.corrected.low <= second.corrected.high
        else ""
    )
    return f"{found}。其次是{listed}。{close}{tail}"


def _score(evaluation: Evaluation) -> str:
    figure = evaluation.macro_f1
    start = (
        f"在 {integer(evaluation.n_passages)} 个参照标注片段上，准确率为 {percent(evaluation.accuracy.value)}"
        f"（95% 区间 {interval(evaluation.accuracy, 'percent')}），宏平均 F1 为 {decimal(figure.value)}"
        f"（95% 区间 {interval(figure)}）"
    )
    best = max(evaluation.baselines, key=lambda baseline: baseline.macro_f1, default=None)
    caution = "" if evaluation.out_of_fold else "这些片段可能参与过训练，得分会偏高。"
    return f"{start}{_compared(best)}。{caution}"


def _compared(best: Baseline | None) -> str:
    """Compare with the best baseline, claiming a difference only where its interval leaves out 0."""
    if best is None:
        return ""
    start = f"；简单方法中最好的是“{agreement.baseline_name(best.name)}”，宏平均 F1 为 {decimal(best.macro_f1)}"
    span = f"配对比较的 95% 区间 {numbers.signed_interval(best.gain)}"
    if best.gain.low > 0:
        return f"{start}，模型比它高 {best.gain.value:.3f}（{span}，不含 0）"
    if best.gain.high < 0:
        return f"{start}，模型比它低 {-best.gain.value:.3f}（{span}，不含 0），不如这种简单方法"
    return f"{start}，与模型的差别可能只是偶然（{span}，含 0），尚不能断定模型更好"


def _no_score(report: Report) -> str:
    why = "本次没有对照参照标注打分" if report.basis.n_labels else "没有参照标注"
    return f"{why}，分类的准确程度未测量，各项占比只能当作线索。"


def _topics_sentence(report: Report) -> str:
    n_topics, n_clusters = len(report.topics), len(report.clusters)
    start = f"自动归纳出 {integer(n_topics)} 个词语主题和 {integer(n_clusters)} 个聚类"
    top = max(report.topics, key=lambda line: line.n_passages, default=None)
    if top is None or not top.n_passages:
        return f"{start}。"
    name = f"（{top.name}）" if top.name else ""
    return f"{start}，其中最大的是词语主题 {top.number}{name}，{percent(top.share)} 的片段以它为主。"


def _coherence_sentence(report: Report) -> str:
    start = f"各主题前十个词的多样性为 {decimal(report.topic_diversity)}（1 表示互不重复）"
    known = sorted((line for line in report.topics if line.npmi is not None), key=lambda line: -(line.npmi or 0.0))
    if not known:
        return f"{start}。"
    best, worst = (f"{groups.link(line.number, line.name)}（{decimal(line.npmi)}）" for line in (known[0], known[-1]))
    return f"{start}；词语最连贯（NPMI 最高）的是主题 {best}，最不连贯的是主题 {worst}。"


def cautions(report: Report) -> tuple[str, ...]:
    """Say what must not be concluded."""
    found = []
    if report.policy:
        accuracy = report.agreement.evaluation.accuracy if report.agreement else None
        known = (
            f"在参照标注上的准确率为 {percent(accuracy.value)}（95% 区间 {interval(accuracy, 'percent')}）"
            if accuracy
            else "准确率未测量"
        )
        corrected = any(line.corrected for line in report.policy.lines)
        found = [
            f"“字数占比”和“最近主题占比”是分类结果的直接计数，没有按误判率校正，比较多少请看“校正后占比”；{known}。"
            "区间有重叠的两个主题，不能断定谁多谁少。"
            if corrected
            else f"占比是分类结果的直接计数，没有按误判率校正；{known}。相差几个百分点的两个主题，不能断定谁多谁少。",
            "占比反映的是篇幅，不等于工作的力度、投入或成效；写得少不等于做得少。",
            "标注不足 15 个的政策主题没有测量得分（表中写“未测量”），这不表示判得准，也不表示判得不准。",
        ]
        if corrected:
            found.append(
                "校正以参照标注为准，并假定同一主题的文字在标注内外写法相近；标注里没有见过的新题材，无从校正。"
            )
        if report.basis.n_labels:
            found.append(
                "带参照标注的片段，答案和概率来自没有学过该篇文章标注的分类器；平均概率仍不能当作准确率，"
                "判得准不准请看“与参照标注的一致程度”。"
            )
        if report.basis.is_calibrated is False:
            found.append("概率未经校准，0.9 不表示十次里对九次。")
    found += [
        "词语主题和聚类由程序自动归纳，编号没有次序含义，名称只是提示，与政策主题不是一一对应。",
        "结论只适用于这批材料，不能推及没有读入的日期、版面或报纸。",
    ]
    return tuple(found)


FOOTER = "由 qztopics 生成。本页是单个文件，不联网即可阅读，可以直接打印。"
