"""Where a number comes from: names of columns, comparisons and measures, for the small window and the workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

TITLE = "这个数怎样得出"
FILE = "行在 rows.parquet，也在 report.xlsx 的“片段”表。"
HINT = "按方向键看相邻的数，按 Esc 关闭。"
INVITATION = "点表中带点线的数，可以看到它是由哪些行数出来的。"
CLOSE = "关闭"

MEASURES = {
    "n": "符合下列条件的行数",
    "chars": "符合下列条件的行的字数（text，不计空格）合计",
    "articles": "符合下列条件的行所在的文章数（article_id 不重复）",
    "mean:probability": "符合下列条件的行的概率（probability）平均值",
    "mean:runner_up_probability": "符合下列条件的行的次选概率（runner_up_probability）平均值",
}
ALL_ROWS = "全部行，没有条件"
CORPUS = "不由行数出：训练时算好，存在 corpus.json 的 {}"
OVER = "除以"

TESTS = {"=": "{}是“{}”", "!=": "{}不是“{}”", "*=": "{}含有“{}”", "^=": "{}以“{}”开头"}
EMPTY = {"=": "{}为空", "!=": "{}不为空", "*=": "{}任意", "^=": "{}任意"}

COLUMNS = {
    "source": "文件",
    "document_id": "文件编号",
    "article_id": "文章编号",
    "paragraph_id": "段落编号",
    "passage_id": "片段编号",
    "kind": "类别",
    "text": "文字",
    "nearest": "最近主题",
    "policy_topic": "政策主题",
    "abstain_reason": "弃权原因",
    "runner_up": "次选主题",
    "topic": "首要词语主题（topics 的第一项）",
    "cluster": "聚类",
    "month": "月份（由 meta.date 得出）",
    "quarter": "季度（由 meta.date 得出）",
    "year": "年份（由 meta.date 得出）",
    "meta": "元数据",
}
DERIVED = ("topic", "month", "quarter", "year")
"""What is no column of the file; its name says how it is made."""


def column(name: str) -> str:
    """Name a column in words, with its name in the file."""
    head, dot, field = name.partition(".")
    words = COLUMNS.get(head, head)
    if head in DERIVED:
        return words
    return f"{words}（{head}{dot}{field}）"


def condition(column_name: str, test: str, value: str, name: str | None) -> str:
    """Say one comparison; `name` is what the value is called."""
    if not value:
        return EMPTY[test].format(column(column_name))
    return TESTS[test].format(column(column_name), value) + (f"（{name}）" if name else "")


def counted(measure: str, conditions: Sequence[str]) -> str:
    """Say what is counted over which rows."""
    return f"{MEASURES[measure]}：{'，'.join(conditions) or ALL_ROWS}"


def corpus(path: str) -> str:
    """Say where a number stands that no row holds."""
    return CORPUS.format(path)


def over(part: str, whole: str) -> str:
    """Join the two counts of a share."""
    return f"{part}；{OVER} {whole}"
