"""Every word of the page, in Chinese: labels, the sentences that are made from numbers, and how numbers are written.

The templates hold no text of their own, so a page in another language is a second module with these names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.policy.taxonomy import RESIDUAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qztopics.evaluation.metrics import Baseline, Evaluation, Interval
    from qztopics.records import Span
    from qztopics.report.contents import Agreement, Example, PolicyLine, PolicyPart, Quality, Report

LANGUAGE = "zh-CN"
NONE = "—"

# --- labels ----------------------------------------------------------------------------------------------------------

TEXT = {
    "contents": "目录",
    "skip": "跳到正文",
    "filter": "筛选",
    "filter_hint": "输入词语，只看含有它的行",
    # sections
    "front": "概览",
    "policy": "政策主题",
    "cards": "逐个看政策主题",
    "topics": "词语主题（LDA）",
    "clusters": "聚类",
    "agreement": "与参照标注的一致程度",
    "abstained": "没有作答的片段",
    "quality": "数据质量",
    "record": "参数、版本与术语",
    # front
    "basis": "本报告的依据",
    "findings": "主要发现",
    "cautions": "不要据此得出的结论",
    "funnel": "从文件到结果",
    "model": "模型",
    "model_version": "模型版本",
    "scope": "材料",
    "dates": "日期",
    "labels": "参照标注",
    "probability_scale": "概率",
    "notes": "说明",
    # columns
    "code": "代码",
    "policy_name": "政策主题",
    "passages": "片段（个）",
    "share_characters": "字数占比",
    "share_passages": "片段占比",
    "mean_probability": "平均概率",
    "abstained_here": "弃权而最接近此类（个）",
    "n_labels": "参照标注（个）",
    "f1": "F1",
    "number": "编号",
    "terms": "概率最高的十个词",
    "npmi": "NPMI",
    "c_v": "c_v",
    "best_policy": "最常对应的政策主题",
    "purity": "纯度",
    "typical": "典型片段",
    "leading_topics": "常见词语主题",
    "method": "方法",
    "accuracy": "准确率",
    "macro_f1": "宏平均 F1",
    "interval": "95% 区间",
    "support": "参照标注（个）",
    "predicted": "模型判为此类（个）",
    "precision": "精确率",
    "recall": "召回率",
    "hand": "参照标注",
    "times": "次数",
    "predicted_as": "模型判为",
    "reason": "原因",
    "meaning": "含义",
    "characters": "字数（不含空格）",
    "source": "文件",
    "all_characters": "字符（个，含空格）",
    "encoding": "编码",
    "body_passages": "正文片段（个）",
    "furniture_passages": "版面要素（个）",
    "duplicate_passages": "重复片段（个）",
    "kind": "类别",
    "code_short": "代号",
    "setting": "参数",
    "value": "取值",
    "package": "软件",
    "package_version": "版本",
    "total": "合计",
    "abstained_row": "弃权",
    # cards
    "two_typical": "典型片段（概率最高）",
    "borderline": "最拿不准的片段（作答了，但与次选最接近）",
    "linked_topics": "相关词语主题",
    "linked_clusters": "相关聚类",
    "seed_terms": "命中最多的种子词",
    "show_typical": "看典型片段",
    "show_examples": "看例子",
    "show_counts": "查看混淆矩阵的数字",
    # agreement
    "by_class": "各政策主题的得分",
    "baselines": "与简单方法比较",
    "this_model": "本模型（不论是否弃权，取最可能的一类）",
    "confusions": "最常见的混淆",
    "confusion_figure": "混淆矩阵",
    "shares_figure": "各政策主题的字数占比",
    # quality
    "documents": "各文件的读取情况",
    "kinds": "片段的类别",
    "rejections": "没有读入的输入",
    "uncertain": "推断",
    # record
    "facts": "模型与语料",
    "settings": "训练参数",
    "made_with": "软件版本",
    "glossary": "术语",
    "automatic": "自动",
    "unmeasured": "未测量",
    "mixed": "混杂",
    # how pages were read
    "inspection": "版面读取检查",
    "inspection_lead": "左为原文，中为整理后的片段，右为判断和理由。请抽查断行是否接对、标题和署名是否认准。",
    "before": "原文",
    "after": "整理后",
    "decision": "判断",
    "doubtful": "推断",
    "second_printing": "重复刊出",
    "rejected": "没有读入的输入",
}

KINDS = {
    "body": "正文",
    "headline": "标题",
    "subhead": "小标题",
    "byline": "署名",
    "caption": "图片说明",
    "slogan": "口号",
    "jump": "转版提示",
    "note": "注释",
}

REASONS = {
    "too_short": ("太短", "有效字符太少，无从判断。"),
    "no_known_terms": ("没有认识的词", "片段里没有一个词在训练词表中。"),
    "tie": ("两类难分", "最可能的两个政策主题概率几乎相同。"),
    "unlike_training_text": ("与训练材料差别大", "认识的词不足三成，模型没有见过类似的文字。"),
    "low_probability": ("概率过低", "最可能的政策主题也达不到设定的最低概率。"),
    "duplicate": ("重复", "前面已经出现过的文章再次刊出，只计一次，不计入判读片段和弃权比例。"),
}

BASELINES = {
    "majority": "一律判为最常见的类",
    "majority class": "一律判为最常见的类",
    "vote": "种子词投票",
    "keyword_vote": "种子词投票",
    "keyword vote": "种子词投票",
}

FACTS = {
    "corpus_digest": "训练语料摘要（哈希）",
    "n_documents": "训练文件（个）",
    "n_articles": "训练文章（篇）",
    "n_passages": "训练片段（个）",
    "n_tokens": "词次（个）",
    "n_terms": "词表大小（个）",
    "n_topics": "词语主题（个）",
    "n_clusters": "聚类（个）",
    "n_labels": "参照标注（个）",
}

GLOSSARY = (
    ("文章", "同一标题下的文字；一个版面可以有多篇文章。"),
    ("段落", "文章里的一个自然段。分栏或转行造成的断行已经接回。"),
    ("片段", "判读的基本单位。较短的段落就是一个片段，较长的段落在句末切成几个片段。"),
    ("版面要素", "标题、署名、图片说明、口号、转版提示等，不是正文，不参与判读。"),
    ("政策主题", "分类表中的一类，如“教育”“生态环境”。“非政策内容”也是一类，它是答案，不是弃权。"),
    ("词语主题（LDA）", "由词语共现自动归纳出的一组词，编号没有次序含义，名称只是提示。"),
    ("聚类", "内容相近的片段自动归成的一组，不使用标注。"),
    ("参照标注", "编码者（人或模型，见概览的说明）对片段给出的政策主题，用来训练和检验。"),
    ("种子词", "分类表为每个政策主题列出的提示词，是较弱的证据。"),
    ("概率", "模型对自己答案的把握，在 0 到 1 之间。"),
    ("弃权", "片段太短、没有认识的词或把握不足时，模型不作答，并给出原因。"),
    ("字数占比", "判为某政策主题的片段字数，除以全部判读片段的字数（含弃权，不含空格）。"),
    ("纯度", "一个词语主题或聚类的训练片段中，属于其最常见政策主题的比例；低于一半标为“混杂”。"),
    ("精确率、召回率、F1", "判为某类的片段中判对的比例；某类片段中被找出的比例；两者的调和平均。"),
    ("宏平均 F1", "各类 F1 的简单平均，大类小类同等重要。"),
    ("95% 区间", "按文章重复抽样一千次得到的范围，区间越宽，数字越不确定。"),
    ("交叉验证", "把标注按文章分成几份，每份都由没有见过它的模型判读，因此得分不是“考原题”。"),
    ("NPMI、c_v", "衡量一个词语主题的词是否常在一起出现的两种指标，越高越连贯。"),
    ("Brier 分", "概率与事实之差的平方和的平均，在 0 到 2 之间，越小越好。"),
    ("字符位置", "片段在原文件中的起止字符序号，从 0 数起，含起点、不含终点，可据此回查原文。"),
)

# --- how numbers are written -----------------------------------------------------------------------------------------


def integer(value: int) -> str:
    """Write a count.

    Examples
    --------
    >>> integer(12345)
    '12,345'
    """
    return f"{value:,}"


def percent(value: float | None) -> str:
    """Write a share of 1 with one decimal; what only rounds to nothing, or to all, is not written as 0 or 100 %.

    Examples
    --------
    >>> percent(0.1234), percent(0.0001), percent(0.9999), percent(None)
    ('12.3%', '<0.1%', '>99.9%', '—')
    """
    if value is None:
        return NONE
    if 0 < value < 0.0005:
        return "<0.1%"
    if 0.9995 <= value < 1:
        return ">99.9%"
    return f"{value * 100:.1f}%"


def decimal(value: float | None) -> str:
    """Write a score or probability with two decimals; what only rounds to 0 or 1 is not written so.

    Examples
    --------
    >>> decimal(0.623), decimal(-0.204), decimal(0.9999), decimal(0.001), decimal(None)
    ('0.62', '−0.20', '>0.99', '<0.01', '—')
    """
    if value is None:
        return NONE
    if 0 < value < 0.005:
        return "<0.01"
    if 0.995 <= value < 1:
        return ">0.99"
    return f"{value:.2f}".replace("-", "−")


def interval(value: Interval, write: str = "decimal") -> str:
    """Write the bounds of an interval; `write` is "decimal" or "percent"."""
    form = percent if write == "percent" else decimal
    return f"{form(value.low)}–{form(value.high)}"


def place(example: Example) -> str:
    """Write where a passage stands."""
    return f"{example.source} · 字符 {spans(example.spans)}"


def spans(found: Iterable[Span]) -> str:
    """Write character offsets.

    Examples
    --------
    >>> spans([(0, 12), (40, 55)])
    '0–12、40–55'
    """
    return "、".join(f"{start}–{end}" for start, end in found)


def verdict(example: Example, names: dict[str, str]) -> str:
    """Write what the model says of a passage: first and second choice with probabilities."""
    if example.nearest is None or example.probability is None:
        return ""
    first = f"{names.get(example.nearest, example.nearest)} {decimal(example.probability)}"
    if example.runner_up is None:
        return first
    return f"{first}，次选 {names.get(example.runner_up, example.runner_up)} {decimal(example.runner_up_probability)}"


def kind_name(kind: str) -> str:
    """Name a kind of paragraph."""
    return KINDS.get(kind, kind)


def baseline_name(name: str) -> str:
    """Name a simple method; an unknown one keeps its name."""
    return BASELINES.get(name, name)


# --- front page ------------------------------------------------------------------------------------------------------


def title(report: Report) -> str:
    """Write the title of the page."""
    return f"{'政策主题' if report.policy else '文本主题'}报告：{report.name}"


def subtitle(report: Report) -> str:
    """Say in one line what was analysed."""
    funnel = report.funnel
    counts = f"{integer(funnel.n_documents)} 个文件，{integer(funnel.n_articles)} 篇文章"
    return f"{counts}，{integer(funnel.n_body)} 个正文片段"


def basis(report: Report) -> tuple[tuple[str, str], ...]:
    """Say what the report rests on, as (label, sentence) pairs."""
    found = report.basis
    pairs = [(TEXT["scope"], f"{subtitle(report)}。"), (TEXT["dates"], _dates(report))]
    pairs += [(TEXT["model"], report.name), (TEXT["model_version"], report.version)]
    if report.policy:
        pairs.append((TEXT["labels"], _labels(report)))
        if found.is_calibrated is not None:
            words = (
                "已用参照标注校准。" if found.is_calibrated else "没有参照标注可供校准，只宜比较高低，不宜当作准确率。"
            )
            pairs.append((TEXT["probability_scale"], words))
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
    """Write the three to five sentences that a reader should take away."""
    if not report.funnel.n_body:
        return ("本次没有可供分析的正文片段，以下各表为空。", _quality_sentence(report.quality))
    found: list[str] = []
    if report.policy:
        found += [_largest(report.policy, report.funnel.n_judged), _abstained(report.policy)]
        found.append(_score(report.agreement.evaluation) if report.agreement else _no_score(report))
    found.append(_topics_sentence(report))
    if not report.policy:
        found.append(_coherence_sentence(report))
    return (*found, _quality_sentence(report.quality))


def _largest(part: PolicyPart, n_judged: int) -> str:
    named = [line for line in part.lines if line.code != RESIDUAL and line.n_passages][:3]
    start = f"判读的 {integer(n_judged)} 个正文片段共 {integer(part.n_characters)} 字"
    rest = next((line for line in part.lines if line.code == RESIDUAL and line.n_passages), None)
    tail = f"；另有 {percent(rest.share)} 判为“{rest.name}”" if rest else ""
    if not named:
        return f"{start}，没有片段判入任何一个实质政策主题{tail}。"
    listed = "、".join(f"{line.name}（{percent(line.share)}）" for line in named)
    return f"{start}。按字数计，占比最大的政策主题是{listed}{tail}。"


def _abstained(part: PolicyPart) -> str:
    if not part.n_abstained:
        return "判读的片段全部作答，没有弃权。"
    commonest = part.reasons[0]
    reason, _ = REASONS.get(commonest.reason, (commonest.reason, ""))
    return (
        f"模型对 {integer(part.n_abstained)} 个片段没有作答，占判读片段的 {percent(part.abstained_passage_share)}、"
        f"字数的 {percent(part.abstained_share)}；最常见的原因是“{reason}”（{integer(commonest.n_passages)} 个）。"
    )


def _score(evaluation: Evaluation) -> str:
    figure = evaluation.macro_f1
    start = (
        f"在 {integer(evaluation.n_passages)} 个参照标注片段上，准确率为 {percent(evaluation.accuracy.value)}"
        f"（95% 区间 {interval(evaluation.accuracy, 'percent')}），宏平均 F1 为 {decimal(figure.value)}"
        f"（95% 区间 {interval(figure)}）"
    )
    best = max(evaluation.baselines, key=lambda baseline: baseline.macro_f1, default=None)
    caution = "" if evaluation.out_of_fold else "这些片段可能参与过训练，得分会偏高。"
    return f"{start}{_compared(figure, best)}。{caution}"


def _compared(figure: Interval, best: Baseline | None) -> str:
    """Compare with the best baseline, claiming a difference only where it lies outside the interval."""
    if best is None:
        return ""
    other = f"；简单方法中最好的是“{baseline_name(best.name)}”，宏平均 F1 为 {decimal(best.macro_f1)}"
    if best.macro_f1 < figure.low:
        return f"{other}，低于模型的区间"
    if best.macro_f1 > figure.high:
        return f"{other}，高于模型的区间，模型不如它"
    return f"{other}，落在模型的区间之内，尚不能断定模型更好"


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
    best, worst = (f"{link(line.number, line.name)}（{decimal(line.npmi)}）" for line in (known[0], known[-1]))
    return f"{start}；词语最连贯（NPMI 最高）的是主题 {best}，最不连贯的是主题 {worst}。"


def _quality_sentence(quality: Quality) -> str:
    parts = [f"读入 {integer(quality.n_documents)} 个文件、{integer(quality.n_characters)} 个字符（含空格）"]
    counted = (
        (quality.n_rejections, "个输入没有读入"),
        (quality.n_uncertain, "个文件的编码靠推断"),
        (quality.n_joins, "处跨栏断开的段落已接回"),
        (quality.n_duplicate_articles, "篇重复刊出的文章只计一次"),
    )
    parts += [f"{integer(n)} {what}" for n, what in counted if n]
    return "，".join(parts) + "。"


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
        found = [
            f"占比是分类结果的直接计数，没有按误判率校正；{known}。相差几个百分点的两个主题，不能断定谁多谁少。",
            "占比反映的是篇幅，不等于工作的力度、投入或成效；写得少不等于做得少。",
            "标注不足 15 个的政策主题没有测量得分（表中写“未测量”），这不表示判得准，也不表示判得不准。",
        ]
        if report.basis.n_labels:
            found.append(
                "带参照标注的片段，答案和概率来自没有见过该篇文章的模型；平均概率仍不能当作准确率，"
                "判得准不准请看“与参照标注的一致程度”。"
            )
        if report.basis.is_calibrated is False:
            found.append("概率未经校准，0.9 不表示十次里对九次。")
    found += [
        "词语主题和聚类由程序自动归纳，编号没有次序含义，名称只是提示，与政策主题不是一一对应。",
        "结论只适用于这批材料，不能推及没有读入的日期、版面或报纸。",
    ]
    return tuple(found)


# --- sections --------------------------------------------------------------------------------------------------------


def policy_lead(part: PolicyPart) -> str:
    """Introduce the table of policy topics."""
    return (
        f"字数占比以全部判读片段的 {integer(part.n_characters)} 字为分母，含弃权的片段，各行相加为 100%。"
        "平均概率只计作答的片段。F1 来自与参照标注的对照，标注不足 15 个时不测量。"
    )


def shares_caption(part: PolicyPart) -> str:
    """Say what the figure of shares shows."""
    top = part.lines[0] if part.lines else None
    if top is None or not top.n_passages:
        return "没有片段判入任何政策主题。"
    return (
        f"横条为各政策主题占判读片段字数的百分比，最长的是“{top.name}”（{percent(top.share)}）；"
        f"灰色横条为弃权的部分（{percent(part.abstained_share)}）。"
    )


def shares_alt(part: PolicyPart) -> str:
    """Describe the figure of shares to somebody who cannot see it."""
    return "横条图：" + "，".join(f"{line.name} {percent(line.share)}" for line in part.lines if line.n_passages)


def empty_topics(lines: Sequence[PolicyLine]) -> str:
    """Name the policy topics that no passage fell into."""
    return f"本次没有片段判入：{'、'.join(line.name for line in lines)}。"


def card_counts(line: PolicyLine) -> str:
    """Sum up a policy topic in one line."""
    return (
        f"{integer(line.n_passages)} 个片段，{integer(line.n_characters)} 字，平均概率 {decimal(line.mean_probability)}"
    )


def link(number: int, name: str) -> str:
    """Name a topic by number and name.

    Examples
    --------
    >>> link(3, "港口·航线"), link(4, "")
    ('3 港口·航线', '4')
    """
    return f"{number} {name}".rstrip()


def term_count(term: str, count: int) -> str:
    """Write a term with the number of passages that hold it."""
    return f"{term}（{integer(count)}）"


def topics_lead(report: Report) -> str:
    """Introduce the table of topics."""
    return (
        f"共 {integer(len(report.topics))} 个词语主题。片段占比按每个片段权重最大的主题计算。"
        f"十个词的多样性为 {decimal(report.topic_diversity)}（1 表示各主题的词互不重复）。"
        "先看同一行的词是否属于一件事，再看两行是否重复。"
    )


def clusters_lead(report: Report) -> str:
    """Introduce the table of clusters."""
    start = f"共 {integer(len(report.clusters))} 个聚类。"
    return start + "典型片段取其最常见词语主题权重最大的片段，供核对这一组是否讲同一件事。"


def agreement_lead(agreement: Agreement) -> str:
    """Say on what the scores rest."""
    evaluation = agreement.evaluation
    start = f"对照了 {integer(evaluation.n_articles)} 篇文章中的 {integer(evaluation.n_passages)} 个参照标注片段。"
    if evaluation.out_of_fold:
        return start + "每个片段都由没有见过其所在文章的模型判读（交叉验证），得分不是“考原题”。"
    return start + "注意：这些片段不是交叉验证的结果，模型可能在训练时见过它们，得分会偏高。"


def no_agreement(report: Report) -> str:
    """Say that nothing was measured."""
    if report.basis.n_labels:
        return "本次没有对照参照标注打分，因此不知道分类有多准。"
    return "没有参照标注，因此不知道分类有多准。标注一二百个片段后重新训练，这里会给出准确率、F1 和混淆矩阵。"


def kept_sentence(evaluation: Evaluation) -> str:
    """Say what abstaining buys."""
    gain = (evaluation.accuracy_of_kept - evaluation.accuracy.value) * 100
    start = f"模型对其中 {percent(evaluation.coverage)} 作答，作答部分的准确率为 {percent(evaluation.accuracy_of_kept)}"
    compared = (
        f"，比全部片段{'高' if gain > 0 else '低'} {abs(gain):.1f} 个百分点"
        if abs(gain) >= 0.05
        else "，与全部片段相同"
    )
    compared = compared if evaluation.coverage else ""
    return f"{start}{compared}。Brier 分为 {decimal(evaluation.brier)}（越小越好）。"


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


def abstained_lead(part: PolicyPart) -> str:
    """Introduce the table of reasons."""
    return _abstained(part) + ("占比以判读片段为分母。" if part.n_abstained else "")


def quality_lead(quality: Quality) -> str:
    """Introduce the section on data quality."""
    listed = "、".join(f"{name}（{integer(n)} 个）" for name, n in quality.encodings)
    tail = f"文件编码：{listed}。" if listed else ""
    unsure = "标有“推断”的编码是按文字的样子猜出来的，请抽查其中有无乱码。" if quality.n_uncertain else ""
    return _quality_sentence(quality) + tail + unsure


def shown(n_shown: int, n_all: int, *, unsure_first: bool = False) -> str:
    """Say that a table was cut; empty where it was not."""
    if n_shown >= n_all:
        return ""
    order = "，编码靠推断的排在最前" if unsure_first else ""
    return f"共 {integer(n_all)} 条，这里列出 {integer(n_shown)} 条{order}。"


NO_REJECTIONS = "输入全部读入，没有被拒绝的。"
NO_ROWS = "没有内容。"
NO_POLICY = "本模型没有分类表，不判读政策主题；下面只列词语主题和聚类。"
CARDS_LEAD = (
    "先读典型片段，看判得对不对；再读最拿不准的片段，看界限在哪里。每个片段都注明文件和字符位置，可以回查原文。"
)
RECORD_LEAD = "以下供存档和复核。"
FOOTER = "由 qztopics 生成。本页是单个文件，不联网即可阅读，可以直接打印。"
