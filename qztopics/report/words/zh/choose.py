"""The picture of choosing the number of topics."""

from __future__ import annotations

TITLE = "选择主题数"
ACROSS = "主题数"
SCORE = "综合得分"
PERPLEXITY = "留出文本困惑度（越低越好）"
NPMI = "一致性 NPMI（越高越好）"
STABILITY = "不同随机种子之间的稳定性（越高越好）"
AGREEMENT = "与人工标注的一致程度 NMI（越高越好）"
BAD = "重复或无意义的主题（个，越少越好）"
EXCLUSIVITY = "词语专属程度（越高越好，不计入得分）"


def recommended(low: int, high: int) -> str:
    """Name the recommended range.

    Examples
    --------
    >>> recommended(20, 30), recommended(20, 20)
    ('建议 20～30 个', '建议 20 个')
    """
    return f"建议 {low} 个" if low == high else f"建议 {low}～{high} 个"
