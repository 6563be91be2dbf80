"""Turn the clean sample pages into damaged dumps, and write down the truth about them.

    python tests/sample_pages/damage.py

Reads `*.page` (clean, typed, one line of the newspaper page per line) and `damage.toml` (what happens to each page, chosen by
hand). Writes the dumps and their `metadata.csv` to `seeds/corpus` and `seeds/new`, and beside this file the gold:

    layout.tsv   one row per non-blank line: source, start, end, type, article, continues_start, duplicate_of_start
    plan.tsv     one row per stretch of body text of one planned policy topic: source, start, end, code, secondary

Offsets count characters of the decoded file, without its BOM. Nothing is random: the same pages and plan give the same bytes.

A page goes through these steps, each a function below: parse, edit, dot, cut (and interleave), echo, space, double, render.
The plan names a place in a page by its words: a line by how it opens, a cut by the words around it with a bar at the break.
A place that is missing, or that the page has twice, is an error.
"""

from __future__ import annotations

import copy
import re
import tomllib
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SEEDS = HERE.parent.parent / "seeds"
LINE = re.compile(r"(?P<type>\w+)(?:\[(?P<codes>[a-z+]+)\])?(?:\{join\})?: (?P<text>.+)")
PART = re.compile(r"⟦([a-z+]+)⟧")
TYPES = {"note": "editor_note"}  # clean name -> gold name, where they differ
BOM = "\ufeff"
NOTE = "样例版面为原创文字，城市、人物、单位和数字均为虚构"
LAYOUT_HEADER = ["source", "start", "end", "type", "article", "continues_start", "duplicate_of_start"]
PLAN_HEADER = ["source", "start", "end", "code", "secondary"]


@dataclass(frozen=True)
class Run:
    """A stretch of a line with one planned topic (no topic outside the body)."""

    text: str
    code: str = ""
    secondary: str = ""


@dataclass(eq=False)
class Line:
    """A physical line on its way to the dump; `article` is any key that its whole printing shares."""

    type: str
    article: int
    runs: list[Run]
    gap: str = "\n\n"  # what stands between the line before and this one
    continues: Line | None = None
    duplicate_of: Line | None = None

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


def parse(text: str) -> tuple[dict[str, str], list[Line]]:
    """Read a clean page: its header (paper, date, place, genre) and its lines."""
    header, *rest = text.splitlines()
    _, paper, date, place, genre = header.split(" | ")
    meta = {"date": date.removeprefix("date "), "source": paper, "place": place, "genre": genre}
    lines, article = [], 0
    for row in rest:
        if row == "#article":
            article += 1
            continue
        match = LINE.fullmatch(row)
        if match is None:
            raise ValueError(f"not a line of a clean page: {row[:30]}")
        first, *more = PART.split(match["text"])
        parts = [(match["codes"] or "", first), *zip(more[::2], more[1::2], strict=True)]
        runs = [Run(part, *codes.partition("+")[::2]) for codes, part in parts]
        lines.append(Line(TYPES.get(match["type"], match["type"]), article, runs))
    return meta, lines


def only(lines: list[Line], words: str, *, opening: bool = True) -> Line:
    """Return the one line that opens with the words (or holds them once)."""
    found = [line for line in lines if (line.text.startswith(words) if opening else words in line.text)]
    if len(found) != 1 or found[0].text.count(words) > 1:
        raise ValueError(f"{len(found)} lines for {words!r}")
    return found[0]


def edit(lines: list[Line], changes: list[list[str]]) -> None:
    """Replace words inside one run of one line: a lost plus, a stray `and`, a misprint."""
    for old, new in changes:
        line = only(lines, old, opening=False)
        line.runs = [replace(run, text=run.text.replace(old, new)) for run in line.runs]
        if old in line.text:
            raise ValueError(f"{old!r} runs over two topics")


def dot(lines: list[Line]) -> None:
    """Let body paragraphs end in `。...`, except the last of an article: some dumps have it all over the page."""
    following = {id(before): after for before, after in pairwise(line for line in lines if line.type == "body")}
    for line in lines:
        after = following.get(id(line))
        if after is not None and after.article == line.article and line.text.endswith("。"):
            line.runs[-1] = replace(line.runs[-1], text=line.runs[-1].text + "...")


def cut(lines: list[Line], at: str, resume_after: str = "", carry: int = 0, gap: str = "\n\n") -> None:
    """Break a line at the bar; the rest stands next, or later where columns interleave.

    With `resume_after` the rest, and the `carry` lines that follow it, move behind the line that opens with these words.
    """
    before, after = at.split("|")
    head = only(lines, before + after, opening=False)
    left = head.text.index(before + after) + len(before)
    taken: list[Run] = []
    kept: list[Run] = []
    for run in head.runs:
        if left > 0:
            kept.append(replace(run, text=run.text[:left]))
        if left < len(run.text):
            taken.append(replace(run, text=run.text[max(left, 0) :]))
        left -= len(run.text)
    tail = Line(head.type, head.article, taken, gap=gap, continues=head)
    for line in lines:  # what already continued the line now continues its new end
        if line.continues is head:
            line.continues = tail
    head.runs = kept
    where = lines.index(head) + 1
    lines.insert(where, tail)
    if resume_after:
        moved = lines[where : where + 1 + carry]
        del lines[where : where + 1 + carry]
        where = lines.index(only(lines, resume_after)) + 1
        lines[where:where] = moved


def echo(lines: list[Line], words: str) -> None:
    """Print the tail of a line, from these words on, once more on the next line: a fragment."""
    line = only(lines, words, opening=False)
    tail = line.text[line.text.index(words) :]
    lines.insert(lines.index(line) + 1, Line("fragment", line.article, [Run(tail)], duplicate_of=line))


def double(lines: list[Line], article: str, before: str = "", changes: list[list[str]] | None = None) -> None:
    """Print a whole article, found by its first line, again: before another line, or at the end of the page."""
    key = only(lines, article).article
    first = [line for line in lines if line.article == key]
    second = copy.deepcopy(first)  # links inside the article are copied with it
    new_key = 1 + max(line.article for line in lines)
    for line, again in zip(first, second, strict=True):
        again.article = new_key
        again.duplicate_of = line
    edit(second, changes or [])
    where = lines.index(only(lines, before)) if before else len(lines)
    lines[where:where] = second


def render(lines: list[Line], source: str, number: str, start: str, end: str) -> tuple[str, list[str], list[str]]:
    """Print the page; return its text, its layout rows and its plan rows.

    Articles are named by the page's number and a letter, in order of appearance.
    """
    text, layout, plan = "", [], []
    offset: dict[int, int] = {}
    letters: dict[int, str] = {}
    for line in lines:
        text += (line.gap if text else start) + line.text
        at = offset[id(line)] = len(text) - len(line.text)
        name = number + letters.setdefault(line.article, chr(ord("a") + len(letters)))
        links = [str(offset[id(other)]) if other else "" for other in (line.continues, line.duplicate_of)]
        layout.append("\t".join([source, str(at), str(len(text)), line.type, name, *links]))
        for run in line.runs if line.type == "body" else []:
            plan.append("\t".join([source, str(at), str(at + len(run.text)), run.code, run.secondary]))
            at += len(run.text)
    return text + end, layout, plan


def damage(clean: str, plan: dict[str, Any], number: str) -> tuple[dict[str, str], str, list[str], list[str]]:
    """Apply one page's plan; return its metadata, dump text, layout rows and plan rows."""
    meta, lines = parse(clean)
    edit(lines, plan.get("edits", []))
    if plan.get("dots"):
        dot(lines)
    for gap in ("\n", "\n\n\n\n"):
        for words in plan.get("tight" if gap == "\n" else "wide", []):
            only(lines, words).gap = gap
    for one in plan.get("cuts", []):
        cut(lines, **one)
    for words in plan.get("echoes", []):
        echo(lines, words)
    for one in plan.get("doubles", []):
        double(lines, **one)
    if plan.get("single_spaced"):
        for line in lines:
            line.gap = "\n"
    source = plan["name"] + ".txt"
    return meta, *render(lines, source, number, plan.get("start", "\n\n"), plan.get("end", ""))


def build() -> dict[Path, bytes]:
    """Return every file this script writes, by its path."""
    files: dict[Path, bytes] = {}
    layout, spans = ["\t".join(LAYOUT_HEADER)], ["\t".join(PLAN_HEADER)]
    tables: dict[str, list[str]] = {}
    pages = tomllib.loads((HERE / "damage.toml").read_text(encoding="utf-8"))["page"]
    for number, plan in enumerate(pages, 1):
        clean = (HERE / f"{plan['name']}.page").read_text(encoding="utf-8")
        meta, text, lines, parts = damage(clean, plan, str(number))
        bom = BOM if plan.get("bom") else ""
        files[SEEDS / plan["folder"] / f"{plan['name']}.txt"] = (bom + text).encode(plan["encoding"])
        row = ",".join([f"{plan['name']}.txt", *meta.values(), NOTE])
        tables.setdefault(plan["folder"], ["path,date,source,place,genre,note"]).append(row)
        layout += lines
        spans += parts
    for folder, rows in tables.items():
        files[SEEDS / folder / "metadata.csv"] = ("\n".join(rows) + "\n").encode()
    files[HERE / "layout.tsv"] = ("\n".join(layout) + "\n").encode()
    files[HERE / "plan.tsv"] = ("\n".join(spans) + "\n").encode()
    return files


if __name__ == "__main__":
    for path, content in build().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
