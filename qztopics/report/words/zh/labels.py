"""Labels of columns, headings and buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.numbers import integer

if TYPE_CHECKING:
    from qztopics.report.contents import Badge, Named

LANGUAGE = "zh-CN"
LANGUAGES = (("zh-CN", "中文"), ("en", "English"))
"""Each by its code and its own name."""

TEXT = {
    "contents": "目录",
    "skip": "跳到正文",
    "language": "语言",
    "filter": "筛选",
    "filter_hint": "输入词语，只看含有它的行",
    "filter_none": "没有含有它的行。",
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
    # columns
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
    "stability": "稳定性",
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


BADGES: dict[Badge, str] = {
    "reliable": "可靠",
    "fair": "一般",
    "weak": "偏弱",
    "unmeasured": "未测量",
}


def name(item: Named) -> str:
    """Name a policy topic."""
    return item.name


def kind_name(kind: str) -> str:
    """Name a kind of paragraph."""
    return KINDS.get(kind, kind)


NO_ROWS = "没有内容。"


def shown(n_shown: int, n_all: int, *, unsure_first: bool = False) -> str:
    """Say that a table was cut; empty where it was not."""
    if n_shown >= n_all:
        return ""
    order = "，编码靠推断的排在最前" if unsure_first else ""
    return f"共 {integer(n_all)} 条，这里列出 {integer(n_shown)} 条{order}。"


def fold(title: str, n: int) -> str:
    """Head a folded list with its number of entries.

    Examples
    --------
    >>> fold("看例子", 1234)
    '看例子（1,234 个）'
    """
    return f"{title}（{integer(n)} 个）"
