"""Where a number of the page comes from: a filter over the rows that a machine can run and a person can read.

A trace is one line, `measure|condition&condition`, with `/` and a second such part where the number is a share:

    n|kind=body&policy_topic=housing                         passages
    chars|policy_topic=housing/chars|nearest!=               length of some passages over the length of others
    mean:probability|policy_topic=housing                    mean of a column
    articles|kind=body                                       articles that have such passages
    corpus:summary.n_articles|                               a number of corpus.json, which no row holds

A condition compares a column of `rows.parquet` with a value: `=` is, `!=` is not, `*=` holds, `^=` begins with. No
value means empty. Besides the columns of text there are `cluster`, `topic` (number of the heaviest of `topics`),
`meta.NAME`, and `month`, `quarter` and `year` of `meta.date`. Signs of this language inside a value are
percent-encoded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from qztopics.errors import DataError
from qztopics.report.dates import month_of, step_name, step_number
from qztopics.report.passages import heaviest_topic, length

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from qztopics.report.dates import Step
    from qztopics.rows import Row

TESTS = ("=", "!=", "*=", "^=")

TEXT_COLUMNS = (
    "source", "document_id", "article_id", "paragraph_id", "passage_id", "kind", "text", "nearest", "policy_topic",
    "abstain_reason", "runner_up",
)  # fmt: skip
STEPS: dict[str, Step] = {"month": "month", "quarter": "quarter", "year": "year"}
NUMBER_COLUMNS = ("probability", "runner_up_probability")

_CONDITION = re.compile(r"([a-z_]+(?:\.[^!*^=]+)?)(!=|\*=|\^=|=)(.*)", re.DOTALL)
_MEASURE = re.compile(r"n|chars|articles|mean:(?:probability|runner_up_probability)|corpus:[a-z0-9_.#]+")
_SIGNS = frozenset("%|&=!*^/. ")


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a column with a value; an empty value stands for null."""

    column: str
    test: str
    value: str

    def __str__(self) -> str:
        name, dot, field = self.column.partition(".")
        return f"{name}{dot}{quoted(field)}{self.test}{quoted(self.value)}"

    def holds(self, row: Row) -> bool:
        """Tell whether the row meets it."""
        found = cell(row, self.column)
        if self.test == "=":
            return found == self.value
        if self.test == "!=":
            return found != self.value
        return self.value in found if self.test == "*=" else found.startswith(self.value)


@dataclass(frozen=True, slots=True)
class Count:
    """A measure of the rows that meet every condition (`corpus:PATH` is of no row)."""

    measure: str
    conditions: tuple[Condition, ...] = ()

    def __str__(self) -> str:
        return f"{self.measure}|{'&'.join(map(str, self.conditions))}"

    def of(self, rows: Iterable[Row], corpus: Mapping[str, Any]) -> float | None:
        """Count; None for the mean of nothing."""
        if self.measure.startswith("corpus:"):
            return _at(corpus, self.measure.removeprefix("corpus:"))
        chosen = (row for row in rows if all(condition.holds(row) for condition in self.conditions))
        if self.measure == "n":
            return sum(1 for _ in chosen)
        if self.measure == "chars":
            return sum(length(row.text) for row in chosen)
        if self.measure == "articles":
            return len({row.article_id or row.document_id for row in chosen})
        values = [getattr(row, self.measure.removeprefix("mean:")) or 0.0 for row in chosen]
        return sum(values) / len(values) if values else None


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a number comes from: a count, or the share of one count in another.

    Examples
    --------
    >>> trace = parse("chars|policy_topic=housing/chars|nearest!=")
    >>> trace.part.conditions[0]
    Condition(column='policy_topic', test='=', value='housing')
    >>> str(trace)
    'chars|policy_topic=housing/chars|nearest!='
    """

    part: Count
    whole: Count | None = None

    def __str__(self) -> str:
        return str(self.part) if self.whole is None else f"{self.part}/{self.whole}"

    def of(self, rows: Sequence[Row], corpus: Mapping[str, Any]) -> float | None:
        """Compute the number again.

        Parameters
        ----------
        rows
            All rows of `rows.parquet`.
        corpus
            What `corpus.json` holds.

        Returns
        -------
        A count, or a share in [0, 1], which is 0 where the whole is; None for the mean of nothing.
        """
        part = self.part.of(rows, corpus)
        if self.whole is None:
            return part
        whole = self.whole.of(rows, corpus)
        return (part or 0) / whole if whole else 0.0


def parse(text: str) -> Trace:
    """Read a trace.

    Raises
    ------
    DataError
        It is none.
    """
    counts = [_count(part, text) for part in text.split("/")]
    if len(counts) > 2:
        raise DataError(f'"{text:.80}": a trace has one "/" at most')
    return Trace(*counts)


def quoted(value: str) -> str:
    """Percent-encode the signs of the language, spaces and what cannot be seen; other characters stay.

    Examples
    --------
    >>> quoted("党建=引领"), quoted("page/7.txt")
    ('党建%3D引领', 'page%2F7%2Etxt')
    """
    return "".join(
        "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))
        if character in _SIGNS or not character.isprintable()
        else character
        for character in value
    )


def cell(row: Row, column: str) -> str:
    """The value of a column as text; "" for null.

    Raises
    ------
    DataError
        There is no such column.
    """
    name, _, field = column.partition(".")
    if name == "meta":
        return row.meta.get(field, "").strip()
    if name in STEPS:
        month = month_of(row.meta.get("date", ""))
        return "" if month is None else step_name(step_number(month, STEPS[name]), STEPS[name])
    if name == "topic":
        heaviest = heaviest_topic(row)
        return "" if heaviest is None else str(heaviest[0])
    if name == "cluster":
        return "" if row.cluster is None else str(row.cluster)
    if name in TEXT_COLUMNS:
        return getattr(row, name) or ""
    raise DataError(f'a trace names the column "{column:.40}", which rows do not have')


def _count(text: str, whole: str) -> Count:
    measure, bar, conditions = text.partition("|")
    if not bar or not _MEASURE.fullmatch(measure):
        raise DataError(f'"{whole:.80}": not a trace; expected measure|column=value&…')
    return Count(measure, tuple(_condition(part, whole) for part in conditions.split("&") if part))


def _condition(text: str, whole: str) -> Condition:
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise DataError(f'"{whole:.80}": "{text:.40}" is not a condition; expected column=value')
    return Condition(*(unquote(part, errors="surrogatepass") for part in found.groups()))


def _at(table: Any, path: str) -> float:  # noqa: ANN401 - whatever JSON holds
    """Follow a dotted path of names and numbers; `#` is the length of a list."""
    for step in path.split("."):
        table = len(table) if step == "#" else table[int(step)] if step.isdigit() else table[step]
    return float(table)
