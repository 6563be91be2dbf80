"""The page that shows how pages were read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.numbers import integer
from qztopics.report.words.zh import labels

if TYPE_CHECKING:
    from qztopics.report.inspection import Group, Inspected, Piece


def page_facts(page: Inspected) -> str:
    """Say in one line how a page was read."""
    encoding = page.encoding if page.certain else f"{page.encoding}（{labels.TEXT['doubtful']}）"
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
