"""The words with which the page's script, or one line of the workbook, says where a number comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.words.en import abstained as en_abstained
from qztopics.report.words.en import labels as en_labels
from qztopics.report.words.en import trace as en
from qztopics.report.words.zh import abstained as zh_abstained
from qztopics.report.words.zh import labels as zh_labels
from qztopics.report.words.zh import trace as zh

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from qztopics.report.contents import Report
    from qztopics.report.trace import Count, Trace

CODE_COLUMNS = ("policy_topic", "nearest", "runner_up")

Pair = tuple[str, str]
"""Chinese, English."""


def value_names(report: Report) -> dict[str, dict[str, Pair]]:
    """Name the values that a condition may compare with: column, then value, to its names."""
    codes = {line.code: (line.name, line.name_en) for line in report.policy.lines} if report.policy else {}
    reasons = {code: (names[0], en_abstained.REASONS[code][0]) for code, names in zh_abstained.REASONS.items()}
    kinds = {kind: (name, en_labels.KINDS[kind]) for kind, name in zh_labels.KINDS.items()}
    return {"kind": kinds, "abstain_reason": reasons, **dict.fromkeys(CODE_COLUMNS, codes)}


def script_words(report: Report) -> dict[str, object]:
    """Gather what the script needs; every text is a pair."""
    return {
        **{
            key.lower(): (getattr(zh, key), getattr(en, key))
            for key in ("TITLE", "FILE", "HINT", "CLOSE", "CORPUS", "OVER")
        },
        "derived": zh.DERIVED,
        "all": (zh.ALL_ROWS, en.ALL_ROWS),
        **{
            key.lower(): {name: (words, getattr(en, key)[name]) for name, words in getattr(zh, key).items()}
            for key in ("MEASURES", "TESTS", "EMPTY", "COLUMNS")
        },
        "names": value_names(report),
    }


def described(trace: Trace, words: ModuleType, names: Mapping[str, Mapping[str, Pair]]) -> str:
    """Say in one line from which rows a number is counted; the page's script says the same in several.

    Parameters
    ----------
    words
        `words.zh.trace` or `words.en.trace`.
    names
        Of `value_names`.

    Examples
    --------
    >>> from qztopics.report.trace import parse
    >>> described(parse("n|kind=headline&policy_topic="), zh, {"kind": {"headline": ("标题", "headline")}})
    '符合下列条件的行数：类别（kind）是“headline”（标题），政策主题（policy_topic）为空'
    """
    part = _counted(trace.part, words, names)
    return part if trace.whole is None else str(words.over(part, _counted(trace.whole, words, names)))


def _counted(count: Count, words: ModuleType, names: Mapping[str, Mapping[str, Pair]]) -> str:
    if count.measure.startswith("corpus:"):
        return str(words.corpus(count.measure.removeprefix("corpus:")))
    side = 0 if words is zh else 1
    conditions = []
    for c in count.conditions:
        name = names.get(c.column, {}).get(c.value)
        conditions.append(words.condition(c.column, c.test, c.value, name and name[side]))
    return str(words.counted(count.measure, conditions))
