"""Passages left without an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.numbers import integer, percent

if TYPE_CHECKING:
    from qztopics.report.contents import PolicyPart

REASONS = {
    "too_short": ("太短", "有效字符太少，无从判断。"),
    "no_known_terms": ("没有认识的词", "片段里没有一个词在训练词表中。"),
    "tie": ("两类难分", "最可能的两个政策主题概率几乎相同。"),
    "unlike_training_text": ("与训练材料差别大", "认识的词不足三成，模型没有见过类似的文字。"),
    "low_probability": ("概率过低", "最可能的政策主题也达不到设定的最低概率。"),
    "duplicate": ("重复", "前面已经出现过的文章再次刊出，只计一次，不计入判读片段和弃权比例。"),
}


def sentence(part: PolicyPart) -> str:
    """Say how much was left unanswered, and mostly why."""
    if not part.n_abstained:
        return "判读的片段全部作答，没有弃权。"
    commonest = part.reasons[0]
    reason, _ = REASONS.get(commonest.reason, (commonest.reason, ""))
    return (
        f"模型对 {integer(part.n_abstained)} 个片段没有作答，占判读片段的 {percent(part.abstained_passage_share)}、"
        f"字数的 {percent(part.abstained_share)}；最常见的原因是“{reason}”（{integer(commonest.n_passages)} 个）。"
    )


def lead(part: PolicyPart) -> str:
    """Introduce the table of reasons."""
    return sentence(part) + ("占比以判读片段为分母。" if part.n_abstained else "")
