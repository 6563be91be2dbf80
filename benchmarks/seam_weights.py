"""Learn the weights of `qztopics/corpus/seams.py` from sample pages that are cut and interleaved at random.

    python benchmarks/seam_weights.py              # learn, and print the weights
    python benchmarks/seam_weights.py --check      # leave one page out at a time, and print what would be found

The clean sample pages (`tests/sample_pages/*.page`, every second one; the others stay unseen) are damaged as the plan
of the sample corpus does it, but at random: paragraphs are cut, some rests move down behind other lines, some are lost;
some neighbouring paragraphs are made one or one is made two, so that lengths vary as in real papers. The weights
maximise the likelihood of the true joins among all ways to join the lines of an article (a conditional random field).
"""

from __future__ import annotations

import random
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from qztopics.corpus.joins import continuations
from qztopics.corpus.lines import physical_lines
from qztopics.corpus.seam_choice import Row, chances
from qztopics.corpus.seams import NAMES, NOTHING
from qztopics.corpus.wording import finished

ROOT = Path(__file__).parents[1]
ROUNDS = 30  # times each article is damaged
PENALTY = 1.0
EXPECTED = {  # what one knows before seeing data; the penalty is on the distance from these
    "under_heading": -1.5,
    "over_heading": -1.0,
    "mark_first": 3.0,
    "cannot_begin": 3.0,
    "word_end": 2.0,
    "begins": -1.5,
    "word": 0.7,
    "phrase": 1.5,
    "closes": 2.0,
    "stray": -1.0,
    "left_open": -1.5,
    "number": 2.0,
    "speech": -2.0,
}
LINE = re.compile(r"(?P<type>\w+)(?:\[[a-z+]+\])?(?:\{join\})?: (?P<text>.+)")
SHORT = re.compile(r"[^。！？]{4,30}[。！？]”?(?=.{40})")
PART = re.compile(r"⟦[a-z+]+⟧")


@dataclass(frozen=True)
class Damage:
    """What happens to the paragraphs of an article.

    Most articles: shares of the paragraphs that are `cut`, of the rests that are cut `again` and that are `moved` down.
    `narrow` articles stand in narrow columns: one cut in so many characters, few rests are moved. In all: shares of the
    rests that are `lost`, and of the paragraphs that are `made_one`, `made_two`, `made_short`.
    """

    cut: float = 0.17
    again: float = 0.04
    moved: float = 0.15
    narrow: float = 0.2
    characters: float = 220
    lost: float = 0.002
    made_one: float = 0.05
    made_two: float = 0.03
    made_short: float = 0.08


SAMPLE = Damage(again=0.02, narrow=0, lost=0, made_one=0, made_two=0, made_short=0)  # as the sample corpus was damaged


@dataclass(frozen=True)
class Case:
    """One damaged article: for each cut line its place, its candidates with their evidence, and the right choice."""

    page: str
    places: list[int]
    candidates: list[list[int]]
    evidence: list[np.ndarray]
    right: list[int]


def read_articles(page: Path) -> list[list[tuple[str, str]]]:
    """Body lines and headings of the articles of a clean page, as (type, text)."""
    articles: list[list[tuple[str, str]]] = []
    for row in page.read_text("utf-8").splitlines()[1:]:
        if row == "#article":
            articles.append([])
            continue
        found = LINE.fullmatch(row)
        if found and found["type"] in {"body", "subhead"}:
            articles[-1].append((found["type"], PART.sub("", found["text"])))
    return [article for article in articles if article]


def damage(
    article: list[tuple[str, str]], much: Damage, rng: random.Random
) -> tuple[list[str], set[int], dict[int, int]]:
    """Text lines of a damaged article, those right under a heading, and for each continued line what continues it."""
    lines: list[tuple[str, str, tuple[int, int]]] = []
    narrow = rng.random() < much.narrow
    for number, (kind, text) in enumerate(_vary(article, much, rng)):
        parts = _cut(text, much, narrow, rng) if kind == "body" else [text]
        lines += [(kind, part, (number, k)) for k, part in enumerate(parts)]
    for line in [line for line in lines if line[2][1] > 0]:
        if rng.random() < (0.03 if narrow else much.moved):
            _move(lines, line, rng)
    lines = [line for line in lines if line[2][1] == 0 or rng.random() >= much.lost]
    texts: list[str] = []
    under: set[int] = set()
    places: dict[tuple[int, int], int] = {}
    before = "body"
    for kind, text, key in lines:
        if kind == "body":
            if before != "body":
                under.add(len(texts))
            places[key] = len(texts)
            texts.append(text)
        before = kind
    right = {}
    for (number, k), place in places.items():
        after = places.get((number, k + 1))
        if after is not None and after > place:
            right[place] = after
    return texts, under, right


def _vary(article: list[tuple[str, str]], much: Damage, rng: random.Random) -> list[tuple[str, str]]:
    """Some neighbouring paragraphs made one, some made two after a sentence, some headings made short paragraphs."""
    varied: list[tuple[str, str]] = []
    for kind, text in article:
        stops = [m.end() for m in re.finditer("。", text) if 40 < m.end() < len(text) - 40]
        short = SHORT.match(text)
        if kind == "body" and varied and varied[-1][0] == "body" and rng.random() < much.made_one:
            varied[-1] = ("body", varied[-1][1].rstrip(".") + text)
        elif kind == "body" and stops and rng.random() < much.made_two:
            stop = rng.choice(stops)
            varied += [("body", text[:stop]), ("body", text[stop:])]
        elif kind == "body" and short and rng.random() < much.made_short:
            varied += [("body", short.group()), ("body", text[short.end() :])]
        elif kind == "subhead" and rng.random() < much.made_short:
            varied.append(("body", text + rng.choice("。！")))
        else:
            varied.append((kind, text))
    return varied


def _cut(text: str, much: Damage, narrow: bool, rng: random.Random) -> list[str]:
    """Break a paragraph inside sentences."""
    parts = []
    share = much.cut
    while narrow or rng.random() < share:
        at = 5 + int(rng.expovariate(1 / much.characters) if narrow else rng.random() * max(len(text) - 10, 0))
        while at < len(text) - 5 and (finished(text[:at]) or text[at - 1] in ":：" or _seldom(text[at], rng)):
            at += 1
        if at >= len(text) - 5:
            break
        parts.append(text[:at])
        text = text[at:]
        share = much.again
    return [*parts, text]


def _seldom(character: str, rng: random.Random) -> bool:
    """Printers seldom begin a column with a mark."""
    return character in "。，,、；：:！？”)）》." and rng.random() < 0.6


def _move(
    lines: list[tuple[str, str, tuple[int, int]]], line: tuple[str, str, tuple[int, int]], rng: random.Random
) -> None:
    """Move a line, sometimes with the one below it, behind some text lines further down."""
    at = lines.index(line)
    size = 1 + (rng.random() < 0.1)
    block = lines[at : at + size]
    del lines[at : at + size]
    hops = rng.choice((1, 1, 2, 2, 2, 2, 3, 3, 4, 5, 6))
    while at < len(lines) and hops:
        if lines[at][0] != "body" and rng.random() < 0.6:
            break  # columns seldom interleave over a heading
        hops -= lines[at][0] == "body"
        at += 1
    lines[at:at] = block


def make_cases(pages: list[Path], rounds: int, seed: int, much: Damage) -> list[Case]:
    """Damage every article of the pages `rounds` times."""
    cases = []
    for page in pages:
        for number, article in enumerate(read_articles(page)):
            for k in range(rounds):
                rng = random.Random(f"{seed}/{page.stem}/{number}/{k}")  # noqa: S311
                case = _case(page.stem, *damage(article, much, rng))
                if case.places:
                    cases.append(case)
    return cases


def _case(page: str, texts: list[str], under: set[int], right: dict[int, int]) -> Case:
    lines = physical_lines("\n\n".join(texts))
    cut = [i for i, text in enumerate(texts) if not finished(text) and text[-1] not in ":："]
    rows = continuations(lines, cut, set(), under)
    choices = [[j for j, _ in row] for row in rows]
    found = [np.array([x for _, x in row] + [NOTHING], dtype=float) for row in rows]
    answers = [own.index(right[i]) if right.get(i) in own else len(own) for i, own in zip(cut, choices, strict=True)]
    return Case(page, cut, choices, found, answers)


def learn(cases: list[Case]) -> np.ndarray:
    """Weights that make the true joins likeliest, with a penalty on their distance from what was expected."""
    expected = np.array([EXPECTED.get(name, 0.0) for name in NAMES])

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        away = weights - expected
        value = PENALTY * away @ away / 2
        slope = PENALTY * away
        for case in cases:
            rows, scores = _rows(case, weights)
            log_weight, shares = chances(rows)
            value += log_weight - sum(s[k] for s, k in zip(scores, case.right, strict=True))
            for x, share, k in zip(case.evidence, shares, case.right, strict=True):
                slope = slope + np.append(share, 1 - sum(share)) @ x - x[k]
        return value, slope

    best = minimize(loss, expected, jac=True, method="L-BFGS-B", options={"maxiter": 400})
    return np.asarray(best.x)


def _rows(case: Case, weights: np.ndarray) -> tuple[list[Row], list[np.ndarray]]:
    scores = [x @ weights for x in case.evidence]
    rows = [
        Row(place, tuple(own), tuple(map(float, s[:-1])), float(s[-1]))
        for place, own, s in zip(case.places, case.candidates, scores, strict=True)
    ]
    return rows, scores


def judge(cases: list[Case], weights: np.ndarray) -> tuple[list[tuple[float, bool]], int]:
    """Best chance of each cut line and whether it is right; number of true joins."""
    judged = []
    for case in cases:
        rows, _ = _rows(case, weights)
        for share, k in zip(chances(rows)[1], case.right, strict=True):
            if share:
                best = max(range(len(share)), key=share.__getitem__)
                judged.append((share[best], best == k))
    return judged, sum(k < len(own) for case in cases for k, own in zip(case.right, case.candidates, strict=True))


def report(judged: list[tuple[float, bool]], joins: int) -> None:
    """Print the shares of joins found and made wrongly, for several chances from which a join is made."""
    for least in (0.3, 0.5, 0.6, 0.7, 0.8, 0.9):
        made = [right for chance, right in judged if chance >= least]
        print(f"  from {least}: found {sum(made) / joins:.3f}, wrong {(len(made) - sum(made)) / joins:.4f} of {joins}")


def main() -> None:
    """Learn the weights, and judge them on pages that were damaged otherwise."""
    corpus = sorted((ROOT / "seeds/corpus").glob("*.txt"))
    pages = [ROOT / f"tests/sample_pages/{path.stem}.page" for path in corpus[::2]]
    cases = make_cases(pages, ROUNDS, 1, Damage())
    if "--check" in sys.argv:
        judged, joins = [], 0
        for page in pages:
            weights = learn([case for case in cases if case.page != page.stem])
            own, more = judge([case for case in cases if case.page == page.stem], weights)
            judged += own
            joins += more
        report(judged, joins)
        return
    weights = learn(cases)
    print("WEIGHTS: tuple[float, ...] = (")
    for name, weight in zip(NAMES, weights, strict=True):
        print(f"    {weight:.2f},  # {name}")
    print(")")


if __name__ == "__main__":
    main()
