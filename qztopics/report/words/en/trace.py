"""Where a number comes from: names of columns, comparisons and measures, for the small window and the workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

TITLE = "How this number was made"
FILE = "The rows are in rows.parquet, and on the sheet 片段 of report.xlsx."
HINT = "Arrow keys go to the neighbouring numbers, Esc closes."
INVITATION = "Choose a number with a dotted line to see from which rows it was counted."
CLOSE = "Close"

MEASURES = {
    "n": "Number of rows where",
    "chars": "Total length (characters of text without spaces) of the rows where",
    "articles": "Number of different articles (article_id) among the rows where",
    "mean:probability": "Mean of probability over the rows where",
    "mean:runner_up_probability": "Mean of runner_up_probability over the rows where",
}
ALL_ROWS = "every row, without a condition"
CORPUS = "Not counted from rows: reckoned in training and kept in corpus.json under {}"
OVER = "divided by"

TESTS = {"=": "{} is “{}”", "!=": "{} is not “{}”", "*=": "{} holds “{}”", "^=": "{} begins with “{}”"}
EMPTY = {"=": "{} is empty", "!=": "{} is not empty", "*=": "{} is anything", "^=": "{} is anything"}

COLUMNS = {
    "source": "file",
    "document_id": "document",
    "article_id": "article",
    "paragraph_id": "paragraph",
    "passage_id": "passage",
    "kind": "kind",
    "text": "text",
    "nearest": "nearest policy topic",
    "policy_topic": "policy topic",
    "abstain_reason": "reason for abstaining",
    "runner_up": "second policy topic",
    "topic": "heaviest LDA topic (the first of topics)",
    "cluster": "cluster",
    "month": "month (of meta.date)",
    "quarter": "quarter (of meta.date)",
    "year": "year (of meta.date)",
    "meta": "metadata",
}
DERIVED = ("topic", "month", "quarter", "year")
"""What is no column of the file; its name says how it is made."""


def column(name: str) -> str:
    """Name a column in words, with its name in the file."""
    head, dot, field = name.partition(".")
    words = COLUMNS.get(head, head)
    in_file = f"{head}{dot}{field}"
    return words if head in DERIVED or words == in_file else f"{words} ({in_file})"


def condition(column_name: str, test: str, value: str, name: str | None) -> str:
    """Say one comparison; `name` is what the value is called."""
    if not value:
        return EMPTY[test].format(column(column_name))
    return TESTS[test].format(column(column_name), value) + (f" ({name})" if name else "")


def counted(measure: str, conditions: Sequence[str]) -> str:
    """Say what is counted over which rows."""
    return f"{MEASURES[measure]}: {', '.join(conditions) or ALL_ROWS}"


def corpus(path: str) -> str:
    """Say where a number stands that no row holds."""
    return CORPUS.format(path)


def over(part: str, whole: str) -> str:
    """Join the two counts of a share."""
    return f"{part}; {OVER}: {whole}"
