"""How the inputs were read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.numbers import integer

if TYPE_CHECKING:
    from qztopics.report.contents import Quality

NO_REJECTIONS = "输入全部读入，没有被拒绝的。"


def lead(quality: Quality) -> str:
    """Introduce the section on data quality."""
    listed = "、".join(f"{name}（{integer(n)} 个）" for name, n in quality.encodings)
    tail = f"文件编码：{listed}。" if listed else ""
    unsure = "标有“推断”的编码是按文字的样子猜出来的，请抽查其中有无乱码。" if quality.n_uncertain else ""
    return sentence(quality) + tail + unsure


def sentence(quality: Quality) -> str:
    """Sum up in one sentence what was read, mended and left out."""
    parts = [f"读入 {integer(quality.n_documents)} 个文件、{integer(quality.n_characters)} 个字符（含空格）"]
    counted = (
        (quality.n_rejections, "个输入没有读入"),
        (quality.n_uncertain, "个文件的编码靠推断"),
        (quality.n_joins, "处跨栏断开的段落已接回"),
        (quality.n_duplicate_articles, "篇重复刊出的文章只计一次"),
    )
    parts += [f"{integer(n)} {what}" for n, what in counted if n]
    return "，".join(parts) + "。"
