"""The topic map as it is drawn: circles in the units of its SVG, and the terms for the page's script."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin, sqrt
from typing import TYPE_CHECKING

from qztopics.report.map_part import FIRST_STEP, N_TERMS, STEPS
from qztopics.report.visible import visible

if TYPE_CHECKING:
    from qztopics.report.map_part import MapPart, MapTopic

WIDTH, HEIGHT = 360.0, 320.0
HUES = 9
"""Colours of Paul Tol's scheme `muted`, which colour-blind readers tell apart; `style.css` names them."""
_FILLED = 0.13
"""Share of the picture that all circles together would cover side by side."""
_SMALLEST, _LARGEST = 6.0, 42.0
_APART = 7.0
"""Circles on the same place are moved this far, so that each can be seen and pressed."""
_FLAT = 1e-9
"""Topics that lie closer together than this, times the size of the picture, lie on the same place."""
_GOLDEN = pi * (3 - sqrt(5))


@dataclass(frozen=True, slots=True)
class Dot:
    """One topic as a circle; `hue` is None for grey, `turn` counts how often the colours were used up before."""

    topic: MapTopic
    x: float
    y: float
    radius: float
    hue: int | None
    turn: int

    @property
    def style(self) -> str:
        """Names of its colour and drawing in the style sheet."""
        return "grey" if self.hue is None else f"hue{self.hue} turn{self.turn}"


def dots(part: MapPart) -> tuple[Dot, ...]:
    """Place the circles, the largest first so that a small one lies on top; areas are in proportion to shares.

    Both axes have one scale. The smallest circles are larger than their share, so that a finger can meet them.
    """
    unit = sqrt(_FILLED * WIDTH * HEIGHT / pi)
    radii = [min(max(unit * sqrt(topic.share), _SMALLEST), _LARGEST) for topic in part.topics]
    margin = max(radii) + 4
    unit_of_plane = max(
        max(abs(topic.x) for topic in part.topics) / (WIDTH / 2 - margin),
        max(abs(topic.y) for topic in part.topics) / (HEIGHT / 2 - margin),
    )
    scale = 1 / unit_of_plane if unit_of_plane > _FLAT else 0.0
    taken: set[tuple[int, int]] = set()
    found = []
    for topic, radius in zip(part.topics, radii, strict=True):
        x, y = _free(WIDTH / 2 + topic.x * scale, HEIGHT / 2 - topic.y * scale, taken)
        mixed = topic.is_mixed or topic.policy is None
        found.append(
            Dot(
                topic=topic,
                x=round(x, 1),
                y=round(y, 1),
                radius=round(radius, 1),
                hue=None if mixed or topic.policy is None else topic.policy % HUES,
                turn=0 if mixed or topic.policy is None else topic.policy // HUES % 3,
            )
        )
    return tuple(sorted(found, key=lambda dot: (-dot.radius, dot.topic.number)))


def _free(x: float, y: float, taken: set[tuple[int, int]]) -> tuple[float, float]:
    """The place itself, or the first free one on a spiral around it (angles of a sunflower: Vogel 1979)."""
    step = 0
    while True:
        reach, angle = _APART * sqrt(step), step * _GOLDEN
        across = min(max(x + reach * cos(angle), _SMALLEST), WIDTH - _SMALLEST)
        down = min(max(y + reach * sin(angle), _SMALLEST), HEIGHT - _SMALLEST)
        cell = (round(across / 3), round(down / 3))
        if cell not in taken:
            taken.add(cell)
            return across, down
        step += 1


def key(placed: tuple[Dot, ...]) -> tuple[Dot, ...]:
    """Choose one circle for each colour that occurs: in the order of the taxonomy, grey last."""
    seen = {(dot.topic.policy if dot.hue is not None else None): dot for dot in reversed(placed)}
    return tuple(seen[policy] for policy in sorted(seen, key=lambda p: (p is None, p or 0)))


def data(part: MapPart) -> dict[str, object]:
    """Lay the terms out for the script: each term once with its count, then each topic's by their places.

    A topic's term is (place, count in the topic, log p, log lift); topics are in the order of their numbers, and
    `first` is the place of one among them.
    """
    places: dict[str, int] = {}
    terms: list[tuple[str, int]] = []
    for topic in part.topics:
        for term in topic.terms:
            if term.term not in places:
                places[term.term] = len(terms)
                terms.append((visible(term.term), term.n_all))
    return {
        "steps": STEPS,
        "shown": N_TERMS,
        "start": FIRST_STEP,
        "first": part.place(part.largest.number),
        "terms": terms,
        "topics": [
            {
                "name": visible(f"{topic.number} {topic.name}".rstrip()),
                "terms": [(places[t.term], t.n_topic, t.log_p, t.log_lift) for t in topic.terms],
            }
            for topic in part.topics
        ],
    }
