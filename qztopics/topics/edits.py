"""What people decide about topics: the file `topic_edits.toml`, read, checked, changed and written.

    [[topic]]
    id = 12
    name = "港口航运"
    note = "与外贸分开看"
    hidden = false
    split = 3

    [[merge]]
    ids = [3, 7]

Every number is a permanent id. A merged topic goes by the lowest id of its parts.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from qztopics.errors import SettingsError
from qztopics.settings import nearest_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FILE_NAME = "topic_edits.toml"
SPLIT_MAX = 20
NAME_MAX = 60
"""Most characters of a name."""

_HEAD = """\
# What people decided about the topics of this model; read by every `qztopics train` of its name.
# Numbers are the permanent ids of `qztopics topics show`. Edit here, or with `qztopics topics edit`.
"""


@dataclass(frozen=True, slots=True)
class TopicEdit:
    """What is decided about one topic; empty or 0 for nothing."""

    name: str = ""
    note: str = ""
    hidden: bool = False
    split: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing is decided."""
        return self == TopicEdit()


@dataclass(frozen=True, slots=True)
class TopicEdits:
    """All decisions: by id, and groups of ids that are one topic, each rising."""

    topics: Mapping[int, TopicEdit] = field(default_factory=dict)
    merges: tuple[tuple[int, ...], ...] = ()

    @property
    def ids(self) -> tuple[int, ...]:
        """Every id that is named, rising."""
        return tuple(sorted({*self.topics, *(i for group in self.merges for i in group)}))


def read_edits(path: Path) -> TopicEdits:
    """Read the file of edits; none if there is no file.

    Raises
    ------
    SettingsError
        The file is not TOML, or a key or value is wrong; the message names file and key.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return TopicEdits()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}); give a readable file") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 ({error}); save it as UTF-8") from None
    return parse(text, str(path))


def parse(text: str, where: str) -> TopicEdits:
    r"""Read edits from the text of a file.

    Raises
    ------
    SettingsError
        As `read_edits`; the message names `where`.

    Examples
    --------
    >>> parse("[[merge]]\nids = [7, 3]", "topic_edits.toml").merges
    ((3, 7),)
    """
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"{where}: not a TOML file ({error}); correct it") from None
    return checked(_parsed(table, where), where)


def checked(edits: TopicEdits, where: str) -> TopicEdits:
    """Return the edits if they agree with each other.

    Raises
    ------
    SettingsError
        An id stands in two merges, or something is decided about a topic that is merged into another.
    """
    into: dict[int, int] = {}
    for group in edits.merges:
        for i in group:
            if i in into:
                raise SettingsError(
                    f'{where}: key "merge.ids": topic {i} is in two merges ({into[i]} and {group[0]}); make them one'
                )
            into[i] = group[0]
    for i, edit in edits.topics.items():
        if edit.split and i in into:
            raise SettingsError(f'{where}: key "topic.split": topic {i} is merged as well; choose one of the two')
        if into.get(i, i) != i and (edit.name or edit.hidden):
            key = "name" if edit.name else "hidden"
            raise SettingsError(
                f'{where}: key "topic.{key}": topic {i} is merged into {into[i]}, which has the name; edit {into[i]}'
            )
    return edits


def with_topic(edits: TopicEdits, topic: int, **changes: Any) -> TopicEdits:  # noqa: ANN401 - the fields of TopicEdit
    """Return the edits with more decided about one topic.

    Examples
    --------
    >>> with_topic(TopicEdits(), 12, name="港口航运").topics[12].name
    '港口航运'
    """
    edit = replace(edits.topics.get(topic, TopicEdit()), **changes)
    topics = {**edits.topics, topic: edit}
    return replace(edits, topics={i: topics[i] for i in sorted(topics) if not topics[i].is_empty})


def with_merge(edits: TopicEdits, ids: Iterable[int]) -> TopicEdits:
    """Return the edits with topics merged; groups that share a topic become one.

    Examples
    --------
    >>> with_merge(with_merge(TopicEdits(), [3, 7]), [7, 1]).merges
    ((1, 3, 7),)
    """
    group, apart = set(ids), []
    for other in edits.merges:
        if group & set(other):
            group |= set(other)
        else:
            apart.append(other)
    return replace(edits, merges=tuple(sorted([*apart, tuple(sorted(group))])))


def without_merge(edits: TopicEdits, topic: int) -> TopicEdits:
    """Return the edits with the merge that a topic is in undone."""
    return replace(edits, merges=tuple(group for group in edits.merges if topic not in group))


def to_toml(edits: TopicEdits) -> str:
    r"""Write the edits as TOML; equal edits give equal text.

    Examples
    --------
    >>> print(to_toml(with_topic(TopicEdits(), 2, hidden=True)).split("\n\n")[1])
    [[topic]]
    id = 2
    hidden = true
    <BLANKLINE>
    """
    parts = [_HEAD]
    for i, edit in sorted(edits.topics.items()):
        lines = ["[[topic]]", f"id = {i}"]
        lines += [f"{key} = {_string(value)}" for key in ("name", "note") if (value := getattr(edit, key))]
        lines += ["hidden = true"] if edit.hidden else []
        lines += [f"split = {edit.split}"] if edit.split else []
        parts.append("\n".join(lines) + "\n")
    parts += [f"[[merge]]\nids = [{', '.join(map(str, group))}]\n" for group in edits.merges]
    return "\n".join(parts)


def _string(value: str) -> str:
    # A JSON string is a TOML string, but for DEL, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _parsed(table: Mapping[str, Any], where: str) -> TopicEdits:
    _known(table, ["topic", "merge"], "", where)
    topics: dict[int, TopicEdit] = {}
    for entry in _entries(table, "topic", where):
        _known(entry, ["id", "name", "note", "hidden", "split"], "topic.", where)
        i = _id(entry.get("id"), "topic.id", where)
        if i in topics:
            raise SettingsError(f'{where}: key "topic.id": topic {i} has two entries; make them one')
        topics[i] = TopicEdit(
            name=_text(entry, "name", where, NAME_MAX),
            note=_text(entry, "note", where, 2000),
            hidden=_hidden(entry, where),
            split=_split(entry, where),
        )
    merges = []
    for entry in _entries(table, "merge", where):
        _known(entry, ["ids"], "merge.", where)
        ids = entry.get("ids")
        if not isinstance(ids, list) or len(ids) < 2:
            raise SettingsError(f'{where}: key "merge.ids" must be a list of two or more ids, found {ids!r:.60}')
        group = tuple(sorted(_id(i, "merge.ids", where) for i in ids))
        if len(set(group)) < len(group):
            raise SettingsError(f'{where}: key "merge.ids" names a topic twice: {list(group)}; name each once')
        merges.append(group)
    return TopicEdits({i: topics[i] for i in sorted(topics)}, tuple(sorted(merges)))


def _entries(table: Mapping[str, Any], key: str, where: str) -> list[Mapping[str, Any]]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise SettingsError(f'{where}: "{key}" must be written as [[{key}]], once for each entry')
    return found


def _known(table: Mapping[str, Any], keys: list[str], above: str, where: str) -> None:
    for key in table:
        if key not in keys:
            raise SettingsError(f'{where}: unknown key "{above}{key}"; {nearest_key(key, keys)}')


def _id(value: object, key: str, where: str) -> int:
    if type(value) is not int or not 0 <= value < 2**31:
        raise SettingsError(f'{where}: key "{key}" must be the id of a topic, 0 or more, found {value!r:.60}')
    return value


def _text(entry: Mapping[str, Any], key: str, where: str, most: int) -> str:
    value = entry.get(key, "")
    if not isinstance(value, str) or len(value) > most or not value.isprintable():
        raise SettingsError(
            f'{where}: key "topic.{key}" must be one line of at most {most} characters, found {value!r:.60}'
        )
    return value.strip()


def _hidden(entry: Mapping[str, Any], where: str) -> bool:
    value = entry.get("hidden", False)
    if not isinstance(value, bool):
        raise SettingsError(f'{where}: key "topic.hidden" must be true or false, found {value!r:.60}')
    return value


def _split(entry: Mapping[str, Any], where: str) -> int:
    value = entry.get("split", 0)
    if type(value) is not int or not (value == 0 or 2 <= value <= SPLIT_MAX):
        raise SettingsError(f'{where}: key "topic.split" must be 2 to {SPLIT_MAX} parts, found {value!r:.60}')
    return value
