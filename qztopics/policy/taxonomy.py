"""The policy-topic taxonomy: read from TOML, validated, or made from the classes of a label column."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from qztopics.errors import InputMissingError, SettingsError
from qztopics.settings import explain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

RESIDUAL = "other"
"""The code for text without policy content; its seed terms mark furniture and never vote."""


@dataclass(frozen=True, slots=True)
class PolicyTopic:
    """One class. `seed_terms` are weak evidence; `definition` is for people."""

    code: str
    name_zh: str
    name_en: str
    group: str
    definition: str
    seed_terms: tuple[str, ...]
    definition_en: str = ""


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """The classes in file order; `tie_break` lists the codes from specific to general."""

    topics: tuple[PolicyTopic, ...]
    tie_break: tuple[str, ...]
    groups: tuple[tuple[str, str], ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes in file order: class number k is `codes[k]`."""
        return tuple(t.code for t in self.topics)

    @property
    def residual(self) -> int:
        """Class number of `other`, or -1 where the classes hold none."""
        return self.codes.index(RESIDUAL) if RESIDUAL in self.codes else -1

    @property
    def guided(self) -> bool:
        """The classes have seed terms, and not their names alone, as those of a label column have."""
        return any(set(topic.seed_terms) - {topic.name_zh} for topic in self.topics)

    def voting_terms(self) -> tuple[tuple[str, ...], ...]:
        """Seed terms that vote, per code; none for `other`."""
        return tuple(() if t.code == RESIDUAL else t.seed_terms for t in self.topics)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Exclusion(_Strict):
    what: str
    goto: str


class _Topic(_Strict):
    code: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")
    zh: str
    en: str
    group: str
    definition_zh: str
    definition_en: str = ""
    include: list[str] = []
    exclude: list[_Exclusion] = []
    facets: list[str] = []
    seed_terms: list[str]
    cap_major: list[int] = []
    cap_note: str = ""
    state_council: list[str] = []
    state_council_also: list[str] = []


class _Group(_Strict):
    code: str
    zh: str
    en: str
    topics: list[str]


class _TieBreak(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    order: list[str] = []


class _Rules(BaseModel):
    # Rules are prose for coders; code reads only the tie-break order.
    model_config = ConfigDict(extra="ignore", frozen=True)
    tie_break_order: _TieBreak = _TieBreak()


class _Meta(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    name: str
    version: str


class _File(_Strict):
    meta: _Meta
    topic: list[_Topic] = Field(min_length=2)
    group: list[_Group] = []
    rules: _Rules = _Rules()
    ambiguous: dict[str, object] = {}
    other_kinds: dict[str, str] = {}
    state_council: list[dict[str, object]] = []
    state_council_to_topic: dict[str, object] = {}
    cap: list[dict[str, object]] = []


def read_taxonomy(path: Path) -> Taxonomy:
    """Read and check a taxonomy file.

    Raises
    ------
    InputMissingError
        No such file.
    SettingsError
        Not TOML, an unknown or missing key, a code given twice, a seed term of two codes, or a name that is no code.
    """
    try:
        table = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise InputMissingError(
            f"{path}: no such taxonomy; give --taxonomy FILE, or --taxonomy none to do without"
        ) from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}); give a readable file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not a UTF-8 TOML file ({error}); correct it") from None
    try:
        read = _File.model_validate(table)
    except ValidationError as error:
        raise SettingsError(explain(error, _File, str(path))) from None
    codes = [t.code for t in read.topic]
    _check_names(path, codes, read)
    _check_seeds(path, read)
    tie_break = read.rules.tie_break_order.order
    return Taxonomy(
        topics=tuple(
            PolicyTopic(
                t.code, t.zh, t.en, t.group, t.definition_zh, tuple(dict.fromkeys(t.seed_terms)), t.definition_en
            )
            for t in read.topic
        ),
        tie_break=(*tie_break, *(c for c in codes if c not in tie_break)),
        groups=tuple((g.code, g.zh) for g in read.group),
    )


def _check_names(path: Path, codes: list[str], read: _File) -> None:
    twice = sorted({c for c in codes if codes.count(c) > 1})
    if twice:
        raise SettingsError(f'{path}: the code "{twice[0]}" is given to two topics; rename one')
    order = read.rules.tie_break_order.order
    again = sorted({c for c in order if order.count(c) > 1})
    if again:
        raise SettingsError(f'{path}: rules.tie_break_order.order names "{again[0]}" twice; name each code once')
    groups = {g.code for g in read.group}
    for topic in read.topic:
        if groups and topic.group not in groups:
            raise SettingsError(
                f'{path}: topic "{topic.code}" is in the group "{topic.group}", which no [[group]] defines'
            )
    for where, names in (
        ("rules.tie_break_order.order", read.rules.tie_break_order.order),
        *((f"group {g.code}", g.topics) for g in read.group),
    ):
        for name in names:
            if name not in codes:
                raise SettingsError(
                    f'{path}: {where} names "{name}", which is no topic code; codes are {", ".join(codes)}'
                )


def _check_seeds(path: Path, read: _File) -> None:
    owner: dict[str, str] = {}
    for topic in read.topic:
        for term in topic.seed_terms:
            if not term.strip():
                raise SettingsError(f'{path}: topic "{topic.code}" has an empty seed term; remove it')
            if owner.setdefault(term, topic.code) != topic.code:
                raise SettingsError(
                    f'{path}: the seed term "{term}" belongs to "{owner[term]}" and "{topic.code}"; keep it in one'
                )


def taxonomy_from_labels(labels: Iterable[str]) -> Taxonomy:
    """Classes from the values of a label column, sorted; each name is its own weak seed.

    Examples
    --------
    >>> taxonomy_from_labels(["体育", "财经", "体育"]).codes
    ('体育', '财经')
    """
    codes = sorted(set(labels))
    return Taxonomy(tuple(PolicyTopic(c, c, c, "", "", (c,)) for c in codes), tuple(codes))
