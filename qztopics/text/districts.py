"""Which districts a text names, by the gazetteer of the lexicon."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Districts:
    """Finds districts by their own name and by the names of places inside them.

    Parameters
    ----------
    names
        Districts in the order of the gazetteer.
    of
        District of each place that belongs to one.
    pattern
        Matches every place of the gazetteer, longer names first; None for an empty one.
    """

    names: tuple[str, ...]
    of: Mapping[str, str]
    pattern: re.Pattern[str] | None

    def named(self, text: str) -> tuple[str, ...]:
        """Districts that a text names, each once, in the order of their first naming."""
        if self.pattern is None:
            return ()
        found = (self.of.get(place) for place in self.pattern.findall(text))
        return tuple(dict.fromkeys(district for district in found if district))


def districts(places: Sequence[tuple[str, str]]) -> Districts:
    """Prepare the gazetteer (place, parent) for finding districts.

    A district is a place right below an outermost one, and what lies in it counts for it: with `镇 < 县 < 市` the `镇`
    counts for the `县`. An outermost place with others inside it (the whole city) is no district; one without is.

    Examples
    --------
    >>> found = districts([("海湾市", ""), ("东湾区", "海湾市"), ("石井镇", "东湾区"), ("西湾区", "海湾市")])
    >>> found.names, found.named("海湾市西湾区与石井镇、东湾区的两所学校结对")
    (('东湾区', '西湾区'), ('西湾区', '东湾区'))
    """
    parents = {place: "" if parent == place else parent for place, parent in places}
    inner = set(parents.values())
    of: dict[str, str] = {}
    for place in parents:
        line = _upwards(place, parents)
        if len(line) > 1:
            of[place] = line[-2]
        elif place not in inner:
            of[place] = place
    longest_first = sorted(parents, key=lambda place: (-len(place), place))
    pattern = re.compile("|".join(map(re.escape, longest_first))) if parents else None
    return Districts(tuple(place for place in parents if of.get(place) == place), of, pattern)


def _upwards(place: str, parents: Mapping[str, str]) -> list[str]:
    """A place and what it lies in, outermost last; a circle ends where it closes."""
    line = [place]
    while (above := parents.get(line[-1], "")) and above not in line:
        line.append(above)
    return line
