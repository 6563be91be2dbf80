"""Every word of the page, in Chinese: labels, the sentences that are made from numbers, and how numbers are written.

The templates hold no text of their own, so a page in another language is a second module with these names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.evaluation.evaluate import MEASURED_MIN
from qztopics.evaluation.quantify import LABELS_MIN
from qztopics.policy.taxonomy import RESIDUAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qztopics.evaluation.evaluate import Baseline, Evaluation
    from qztopics.evaluation.intervals import Interval
    from qztopics.records import Span
    from qztopics.report.contents import (
        Agreement,
        Breakdown,
        Example,
        KeywordLine,
        KeywordPart,
        PolicyLine,
        PolicyPart,
        Quality,
        Report,
        Verdict,
    )
    from qztopics.report.inspection import Group, Inspected, Piece

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
    "keywords": "关键词规则体检",
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
    "nearest_share": "最近主题占比（95% 区间）",
    "corrected_share": "校正后占比（95% 区间）",
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
    "gain": "本模型高出（宏平均 F1）",
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
    "show_curves": "查看两幅图的数字",
    # agreement
    "by_class": "各政策主题的得分",
    "baselines": "与简单方法比较",
    "this_model": "本模型",
    "confusions": "最常见的混淆",
    "confusion_figure": "混淆矩阵",
    "curves": "概率可信吗，弃权有用吗",
    "calibration_figure": "校准图",
    "coverage_figure": "只答有把握的部分",
    "share_right": "判对的比例",
    "coverage": "作答的比例（先答最有把握的）",
    "lowest_probability": "其中最低的概率",
    "n_short": "片段",
    "groupings": "聚类、词语主题与参照标注",
    "grouping": "分组",
    "nmi": "NMI",
    "ari": "ARI",
    "homogeneity": "同质性",
    "completeness": "完整性",
    "v_measure": "V",
    "shares_figure": "各政策主题的字数占比",
    "corrected_figure": "各政策主题的校正后占比",
    "corrected_dot": "校正后占比（95% 区间）",
    "nearest_dot": "直接计数（最近主题占比）",
    # keywords
    "keyword": "关键词",
    "keyword_policy": "所属主题",
    "keyword_passages": "出现片段（个）",
    "outvoted": "被其他主题压过（个）",
    "keyword_labelled": "有标注片段（个）",
    "hit_rate": "命中率（95% 区间）",
    "gain_without": "去掉后多对（个）",
    "verdict": "判断",
    "show_keywords": "看其余出现过的关键词",
    "show_absent": "看没有出现过的关键词",
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
    "no_headline": "（无标题）",
    "near_copies": "内容几乎相同的片段",
    "first_copy": "先出现",
    "second_copy": "后出现",
    "similarity": "相似度",
    "other_notices": "其他提示",
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

VERDICTS: dict[Verdict, str] = {
    "review": "请复核",
    "often_wrong": "多半不中",
    "shared": "多主题共用",
    "usable": "可用",
    "few_labels": "标注太少",
    "absent": "未出现",
}

STRATA = {"source": "来源", "genre": "体裁"}

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
    ("最近主题占比", "每个片段不论弃权与否，一律计入最可能的一类，再按字数算占比；区间只计入文章抽样的误差。"),
    (
        "校正后占比",
        "根据参照标注上判对判错的情况，估计分类器把哪类误作哪类，从占比中扣除；已有参照标注的片段直接按标注计。",
    ),
    ("命中率", "含有某个关键词、又有参照标注的片段中，标注（含次要主题）正是该词所属主题的比例。"),
    ("被其他主题压过", "片段含有该词，但按关键词投票，得票最多的是别的政策主题。"),
    ("纯度", "一个词语主题或聚类的训练片段中，属于其最常见政策主题的比例；低于一半标为“混杂”。"),
    ("精确率、召回率、F1", "判为某类的片段中判对的比例；某类片段中被找出的比例；两者的调和平均。"),
    ("宏平均 F1", "各类 F1 的简单平均，大类小类同等重要。"),
    (
        "95% 区间",
        (
            "按文章重复抽样一千次得到的范围，区间越宽，数字越不确定。"
            "校准图、关键词命中率和不足 30 个片段的精确率、召回率用威尔逊区间。"
        ),
    ),
    (
        "配对区间",
        "两种方法在每次抽到的同一批文章上相减，得到差的 95% 区间；不含 0，说明差别不像是偶然。",
    ),
    ("交叉验证", "把标注按文章分成几份，每份都由没有学过其标注的分类器判读，因此得分不是“考原题”。"),
    ("NPMI、c_v", "衡量一个词语主题的词是否常在一起出现的两种指标，越高越连贯。"),
    (
        "Brier 分",
        "概率与事实之差的平方和的平均，在 0 到 2 之间，越小越好：对的那一类给得越足、其余给得越少，分就越低。",
    ),
    (
        "期望校准误差（ECE）",
        "把片段按概率分组，各组平均概率与判对的比例之差，按片段数加权平均。0 表示说八成把握的，正好对八成。",
    ),
    (
        "NMI、ARI、V",
        (
            "衡量两种分组是否一致，1 为完全一致。ARI 扣除了碰巧一致的部分；NMI 没有扣除，组越多越容易偏高。"
            "V 是同质性（一组里是否只有一类）和完整性（一类是否都在一组里）的调和平均，算出来与 NMI 相等。"
        ),
    ),
    ("字符位置", "片段在原文件中的起止字符序号，从 0 数起，含起点、不含终点，可据此回查原文。"),
)

# --- how numbers are written -----------------------------------------------------------------------------------------

_DUST = 1e-9
"""What lies closer to 0 or 1 than this is rounding of the machine."""


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
    if _DUST < value < 0.0005:
        return "<0.1%"
    if 0.9995 <= value < 1 - _DUST:
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
    if _DUST < value < 0.005:
        return "<0.01"
    if 0.995 <= value < 1 - _DUST:
        return ">0.99"
    return f"{value:.2f}".replace("-", "−")


def interval(value: Interval, write: str = "decimal") -> str:
    """Write the bounds of an interval; `write` is "decimal" or "percent"."""
    form = percent if write == "percent" else decimal
    return f"{form(value.low)}–{form(value.high)}"


def signed(value: float) -> str:
    """Write a difference of scores with its sign.

    Examples
    --------
    >>> signed(0.1444), signed(-0.02), signed(0.0)
    ('+0.144', '−0.020', '0')
    """
    return f"{value:+.3f}".replace("-", "−") if value else "0"


def signed_interval(value: Interval) -> str:
    """Write the bounds of an interval of differences."""
    return f"{signed(value.low)} 至 {signed(value.high)}"


def points(difference: float) -> str:
    """Write the size of a difference of two shares.

    Examples
    --------
    >>> points(-0.0234)
    '2.3 个百分点'
    """
    return f"{abs(difference) * 100:.1f} 个百分点"


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


def page_facts(page: Inspected) -> str:
    """Say in one line how a page was read."""
    encoding = page.encoding if page.certain else f"{page.encoding}（{TEXT['doubtful']}）"
    return (
        f"编码 {encoding}；文章 {len(page.groups)} 篇，正文片段 {page.n_passages} 个，"
        f"标题、署名等 {page.n_furniture} 个；接上断行 {page.n_joins} 处。"
    )


def writers(group: Group) -> str:
    """Name those who wrote an article."""
    parts = [("记者", group.reporters), ("通讯员", group.correspondents)]
    return "；".join(f"{role}：{'、'.join(names)}" for role, names in parts if names)


def seam(piece: Piece) -> str:
    """Mark where a later line goes on a cut one."""
    return "↳ 跳过中间的行，接下文" if piece.leaps else "↳ 接下文"


def pairs_about(found: int, given: int) -> str:
    """Say how many pairs of near copies there are, and how many are shown."""
    shown = f"，这里列出 {given} 对" if given < found else ""
    about = "相似度是两个片段共有的五字串占全部五字串的比例；未标“重复刊出”的，两个片段都进入模型。"
    return f"共 {integer(found)} 对{shown}。{about}"


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


def breakdown_title(breakdown: Breakdown) -> str:
    """Head the table of scores by one kind of metadata."""
    return f"按{breakdown_name(breakdown.by)}看"


def breakdown_name(by: str) -> str:
    """Name the metadata that scores are broken down by; unknown ones keep their name."""
    return STRATA.get(by, by)


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
        largest = _largest_corrected if any(line.corrected for line in report.policy.lines) else _largest
        found += [largest(report.policy, report.funnel.n_judged), _abstained(report.policy)]
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


def _largest_corrected(part: PolicyPart, n_judged: int) -> str:
    start = f"判读的 {integer(n_judged)} 个正文片段共 {integer(part.n_characters)} 字"
    named = [line for line in part.lines if line.code != RESIDUAL and line.corrected and line.corrected.value > 0][:3]
    rest = next((line for line in part.lines if line.code == RESIDUAL and line.corrected), None)
    tail = f"另有一部分属于“{rest.name}”（{_share(rest)}）。" if rest else ""
    if not named:
        return f"{start}，实质政策主题都不占篇幅。{tail}"
    first, *others = named
    found = f"{start}。“{first.name}”约占全部正文的 {share_sentence(first)}"
    if not others:
        return f"{found}。{tail}"
    listed = "和".join(f"“{line.name}”（{_share(line)}）" for line in others)
    second = others[0]
    close = (
        "前两个主题的区间有重叠，不能断定谁更多。"
        if first.corrected and second.corrected and first.corrected.low <= second.corrected.high
        else ""
    )
    return f"{found}。其次是{listed}。{close}{tail}"


def _share(line: PolicyLine) -> str:
    if line.corrected is None:
        return percent(line.share)
    return f"{percent(line.corrected.value)}，95% 区间 {interval(line.corrected, 'percent')}"


def share_sentence(line: PolicyLine) -> str:
    """Give the corrected share of a policy topic beside the direct count, and say whether they differ; no full stop."""
    if line.corrected is None or line.nearest is None:
        return percent(line.share)
    inside = line.corrected.low <= line.nearest.value <= line.corrected.high
    said = "相差在误差之内" if inside else "相差超出误差，宜以校正后的为准"
    span = interval(line.corrected, "percent")
    return (
        f"{percent(line.corrected.value)}（95% 区间 {span}），"
        f"按分类结果直接计数为 {percent(line.nearest.value)}，{said}"
    )


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
    return f"{start}{_compared(best)}。{caution}"


def _compared(best: Baseline | None) -> str:
    """Compare with the best baseline, claiming a difference only where its interval leaves out 0."""
    if best is None:
        return ""
    start = f"；简单方法中最好的是“{baseline_name(best.name)}”，宏平均 F1 为 {decimal(best.macro_f1)}"
    span = f"配对比较的 95% 区间 {signed_interval(best.gain)}"
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


# --- sections --------------------------------------------------------------------------------------------------------


def policy_lead(part: PolicyPart) -> str:
    """Introduce the table of policy topics."""
    return (
        f"字数占比以全部判读片段的 {integer(part.n_characters)} 字为分母，含弃权的片段，各行相加为 100%。"
        "平均概率只计作答的片段。F1 来自与参照标注的对照，标注不足 15 个时不测量。"
    )


def shares_about(part: PolicyPart) -> str:
    """Say below the table of policy topics what corrected means, or why shares are not corrected."""
    if part.shares is None:
        return ""
    direct = "最近主题占比把每个片段（含弃权的）一律计入最可能的一类，区间只计入文章抽样的误差。"
    reason = part.shares.reason
    if reason is None:
        return (
            "校正后占比扣除了分类器的已知混淆；区间同时计入文章抽样与标注数量有限带来的误差；"
            f"已有参照标注的片段（{integer(part.shares.n_by_hand)} 个）按标注计。{direct}"
        )
    n_labels = integer(part.shares.n_labels)
    why = {
        "nothing_judged": "没有可供判读的正文",
        "few_labels": f"参照标注只有 {n_labels} 个，不足 {LABELS_MIN} 个，看不清分类器把哪类误作哪类"
        if part.shares.n_labels
        else "没有参照标注，不知道分类器把哪类误作哪类",
        "one_class": f"{n_labels} 个参照标注全属同一类，看不出各类之间怎样混淆",
    }[reason]
    return f"本次没有校正后占比：{why}。{direct}"


def corrected_caption(part: PolicyPart) -> str:
    """Say what the figure of corrected shares shows, and which direct counts lie outside."""
    start = "实心点为校正后占比，横线为其 95% 区间，空心点为直接计数（最近主题占比）。"
    outside = [
        line.name
        for line in part.lines
        if line.corrected and line.nearest and not line.corrected.low <= line.nearest.value <= line.corrected.high
    ]
    if not outside:
        return f"{start}各主题的直接计数都落在区间之内，即相差在误差之内。"
    return f"{start}直接计数落在区间之外的是{_listed(outside)}，其余相差在误差之内。"


def corrected_alt(part: PolicyPart) -> str:
    """Describe the figure of corrected shares to somebody who cannot see it."""
    return "点图：" + "；".join(
        f"{line.name} {_share(line)}，直接计数 {percent(line.nearest.value)}"
        for line in part.lines
        if line.corrected and line.nearest
    )


def card_share(line: PolicyLine) -> str:
    """Give the share of a policy topic on its card; empty where there is no corrected one."""
    return f"约占全部正文的 {share_sentence(line)}。" if line.corrected else ""


def cards_lead(part: PolicyPart) -> str:
    """Say how to read the cards, and what marks in their passages mean where there are any."""
    shown = [example for line in part.lines for example in (*line.typical, line.borderline) if example]
    return CARDS_LEAD + (CARDS_MARKS if any(example.marks for example in shown) else "")


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
        return start + "每个片段都由没有学过其所在文章标注的分类器判读（交叉验证），得分不是“考原题”。"
    return start + "注意：这些片段不是交叉验证的结果，模型可能在训练时见过它们，得分会偏高。"


def no_agreement(report: Report) -> str:
    """Say that nothing was measured."""
    if report.basis.n_labels:
        return "本次没有对照参照标注打分，因此不知道分类有多准。"
    return "没有参照标注，因此不知道分类有多准。标注一二百个片段后重新训练，这里会给出准确率、F1 和混淆矩阵。"


def gains_sentence(evaluation: Evaluation) -> str:
    """Say which simple methods the model is better than, as far as the paired intervals allow."""
    better = [b for b in evaluation.baselines if b.gain.low > 0]
    worse = [b for b in evaluation.baselines if b.gain.high < 0]
    unsure = [b for b in evaluation.baselines if b.gain.low <= 0 <= b.gain.high]
    found = [
        f"比起{_listed(baseline_name(b.name) for b in group)}，{claim}"
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


def _listed(names: Iterable[str]) -> str:
    return "、".join(f"“{name}”" for name in names)


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
    return f"比{what}{'高' if difference > 0 else '低'} {points(difference)}"


def probability_sentence(evaluation: Evaluation) -> str:
    """Explain in plain words how far probabilities can be believed: calibration error and Brier score."""
    total = sum(b.n for b in evaluation.reliability)
    stated = sum(b.n * b.probability for b in evaluation.reliability) / total
    right = sum(b.n * b.right.value for b in evaluation.reliability) / total
    difference = stated - right
    tendency = (
        "两者相符"
        if abs(difference) < 0.0005
        else f"总体上{'高估' if difference > 0 else '低估'}了自己 {points(difference)}"
    )
    n_codes = len(evaluation.codes)
    even = f"，对 {n_codes} 类一律给相同的概率时为 {decimal(1 - 1 / n_codes)}" if n_codes > 1 else ""
    return (
        f"模型给出的概率平均为 {percent(stated)}，实际判对 {percent(right)}，{tendency}。"
        f"把片段按概率从低到高分成 {len(evaluation.reliability)} 组来看，概率与判对的比例平均相差 "
        f"{points(evaluation.calibration_error)}，这叫期望校准误差（ECE），0 最好。"
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


def signed_count(value: int) -> str:
    """Write a difference of counts with its sign.

    Examples
    --------
    >>> signed_count(3), signed_count(-2), signed_count(0)
    ('+3', '−2', '0')
    """
    return f"{value:+,}".replace("-", "−") if value else "0"


def also(line: KeywordLine) -> str:
    """Name the other policy topics that have a term."""
    return f"另见：{'、'.join(line.also)}"


def fold(title: str, n: int) -> str:
    """Head a folded list with its number of entries.

    Examples
    --------
    >>> fold("看例子", 1234)
    '看例子（1,234 个）'
    """
    return f"{title}（{integer(n)} 个）"


def keywords_lead(part: KeywordPart) -> str:
    """Introduce the keyword audit: how many terms there are and occur, and what a vote of them alone is worth."""
    n_terms, n_absent = len(part.lines), len(part.of("absent"))
    silent = part.n_silent / part.n_passages if part.n_passages else 0.0
    start = (
        f"分类表共有 {integer(n_terms)} 个关键词（种子词），其中 {integer(n_absent)} 个在正文中没有出现过；"
        f"{integer(part.n_passages)} 个正文片段中，{percent(silent)} 不含任何关键词。"
    )
    if not part.n_labelled:
        return start + "没有参照标注，只能看哪些词出现过、哪些词常被压过，看不出对错。"
    return (
        f"{start}只凭关键词投票，在 {integer(part.n_labelled)} 个参照标注片段上判对 {percent(part.vote.value)}"
        f"（95% 区间 {interval(part.vote, 'percent')}）。"
    )


def keywords_found(part: KeywordPart) -> str:
    """Say which terms to look at, and that chance accuses some; empty without labels."""
    if not part.n_labelled:
        return ""
    review = part.of("review")
    n_tried = sum(line.n_labelled > 0 for line in part.lines)
    some = "一两个" if n_tried >= 100 else "个别词"
    if not review:
        return "没有发现明显有害的关键词。"
    return (
        f"标为“请复核”的有 {integer(len(review))} 个：命中率的整个区间低于一半，去掉后关键词投票反而判对得更多；"
        f"全部去掉后投票判对 {percent(part.vote_without.value)}（这些词就是用同一批标注挑出来的，数字偏乐观）。"
        f"一次检验了 {integer(n_tried)} 个词，即使都没有问题，也可能有{some}碰巧被点名，请对照原文再决定去留。"
    )


KEYWORDS_REST = (
    "其余各词的判断："
    "“多半不中”：命中率的整个区间低于一半，但去掉它投票并不更准；“可用”：整个区间不低于一半；"
    "“标注太少”：区间跨过一半，还看不出好坏；“多主题共用”：不止一个主题列有此词。"
)


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


MODEL_ABOUT = "不论是否弃权，取最可能的一类"
TOO_FEW = f"参照标注不足 {MEASURED_MIN} 个，概率是否可信未测量，不画图。"
NO_REJECTIONS = "输入全部读入，没有被拒绝的。"
NO_ROWS = "没有内容。"
NO_POLICY = "本模型没有分类表，不判读政策主题；下面只列词语主题和聚类。"
CARDS_LEAD = (
    "先读典型片段，看判得对不对；再读最拿不准的片段，看界限在哪里。每个片段都注明文件和字符位置，可以回查原文。"
)
CARDS_MARKS = "片段中标出的字词，是对判入该主题贡献最大的几个；其余依据分散在全文，没有标出。"
RECORD_LEAD = "以下供存档和复核。"
FOOTER = "由 qztopics 生成。本页是单个文件，不联网即可阅读，可以直接打印。"
