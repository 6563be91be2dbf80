"""The dumps in `seeds/` are what `damage.py` makes of the clean pages, and the gold beside them tells the truth.

The truth is checked from the other end: the gold rows, read off the committed dumps, must give back the clean pages.
"""

import codecs
import collections
import csv
import itertools
import re
import runpy
import tomllib
from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

Entry = dict[str, Any]  # a page of damage.toml, or a gold row
HERE = Path(__file__).resolve().parent
PAGES = tomllib.loads((HERE / "damage.toml").read_text(encoding="utf-8"))["page"]
DAMAGE = runpy.run_path(str(HERE / "damage.py"))
GENRES = {"要闻", "特写", "评论", "理论", "报告", "公告", "图片", "副刊"}
BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le"}
TYPES = {"headline", "subhead", "body", "byline", "caption", "slogan", "jump", "editor_note", "fragment"}
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page["name"])


def dump(page: Entry) -> str:
    """The page as a reader sees it: decoded, without a byte order mark."""
    path: Path = DAMAGE["SEEDS"] / page["folder"] / f"{page['name']}.txt"
    return path.read_bytes().decode(page["encoding"]).removeprefix("\ufeff")


def gold(name: str, page: Entry) -> list[Entry]:
    """Rows of one page, offsets as numbers, in order of the dump."""
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if row["source"] == f"{page['name']}.txt"]
    return [{k: int(v) if v.isdecimal() else v for k, v in row.items()} for row in rows]


def plain(text: str) -> str:
    """Undo the damage inside words: a lost plus, a stray `and`, the dots behind a paragraph."""
    return re.sub(r"[ +]", "", text.replace(" and ", "和").removesuffix("..."))


def clean_lines(page: Entry) -> Iterator[tuple[str, list[str], list[str]]]:
    """Type and topic parts of each line of the clean page, read without damage.py."""
    for row in (HERE / f"{page['name']}.page").read_text(encoding="utf-8").splitlines():
        if row.startswith("#"):
            continue
        name, text = row.split(": ", 1)
        kind = name.split("[")[0]
        codes = re.findall(r"\[(.*)\]", name) + re.findall(r"⟦(.*?)⟧", text)
        yield {"note": "editor_note"}.get(kind, kind), codes or [""], re.split(r"⟦.*?⟧", text)


def paragraphs(rows: list[Entry]) -> list[list[Entry]]:
    """Lists of layout rows: a line and what continues it, without fragments and second printings."""
    chains: list[list[Entry]] = []
    chain_of: dict[int, list[Entry]] = {}
    for row in rows:
        if row["duplicate_of_start"] != "":
            continue
        if row["continues_start"] == "":
            chains.append([])
        chain = chain_of[row["start"]] = chain_of.get(row["continues_start"], chains[-1])
        chain.append(row)
    return chains


def merged(parts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Code and words of a paragraph's parts, neighbours of one code as one, for a cut may fall inside a part."""
    groups = itertools.groupby(parts, key=itemgetter(0))
    return [(code, plain("".join(words for _, words in group))) for code, group in groups]


def test_running_damage_again_gives_the_committed_bytes() -> None:
    files = DAMAGE["build"]()
    assert [path.name for path, content in files.items() if path.read_bytes() != content] == []
    committed = {path for folder in ("corpus", "new") for path in (DAMAGE["SEEDS"] / folder).glob("*.txt")}
    assert committed == {path for path in files if path.suffix == ".txt"}


def test_metadata_describes_every_dump() -> None:
    for folder in ("corpus", "new"):
        with (DAMAGE["SEEDS"] / folder / "metadata.csv").open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        assert [row["path"] for row in rows] == [f"{page['name']}.txt" for page in PAGES if page["folder"] == folder]
        assert all(re.sub(r"\D", "", row["date"]) in row["path"] for row in rows)
        assert all(row["source"] and row["place"] and "虚构" in row["note"] for row in rows)
        assert {row["genre"] for row in rows} <= GENRES


def test_the_dumps_come_in_all_encodings_that_readers_meet() -> None:
    marked = {page["name"]: page["encoding"] for page in PAGES if page.get("bom")}
    assert sorted(marked.values()) == ["utf-16-le", "utf-8"]
    counts = collections.Counter((page["folder"], page["encoding"]) for page in PAGES)
    assert counts["corpus", "gb18030"] == 4
    assert counts["new", "gb18030"] == 2
    assert counts["corpus", "big5"] == 1
    for page in PAGES:
        data = (DAMAGE["SEEDS"] / page["folder"] / f"{page['name']}.txt").read_bytes()
        found = [encoding for bom, encoding in BOMS.items() if data.startswith(bom)]
        assert found == [encoding for name, encoding in marked.items() if name == page["name"]]
        if page["encoding"] in ("gb18030", "big5"):  # or nothing would be tested
            with pytest.raises(UnicodeDecodeError):
                data.decode("utf-8")


def test_the_corpus_holds_enough_of_each_damage_and_of_each_type() -> None:
    rows = [row for page in PAGES if page["folder"] == "corpus" for row in gold("layout.tsv", page)]
    at = {(row["source"], row["start"]): index for index, row in enumerate(rows)}
    steps = [
        index - at[row["source"], row["continues_start"]]
        for index, row in enumerate(rows)
        if row["type"] == "body" and row["continues_start"] != "" and row["duplicate_of_start"] == ""
    ]
    assert len(steps) >= 60
    assert max(steps) <= 6
    assert len([step for step in steps if step > 1]) >= 12
    types = collections.Counter(row["type"] for row in rows if row["duplicate_of_start"] == "")
    assert min(types[name] for name in ("byline", "jump", "editor_note", "caption", "slogan")) >= 10
    assert len([row for row in rows if row["duplicate_of_start"] != "" and row["type"] != "fragment"]) >= 10


def test_a_place_that_is_missing_or_double_is_an_error() -> None:
    _, lines = DAMAGE["parse"](
        "#page x | p | date 2025-01-01 | q | r\n#article\nheadline: 甲乙\nbody[party]: 甲乙丙。甲乙丁。\n"
    )
    for words in ("戊", "甲乙"):
        with pytest.raises(ValueError, match="lines for"):
            DAMAGE["only"](lines, words, opening=False)


@each_page
def test_every_printed_line_has_exactly_one_layout_row(page: Entry) -> None:
    text = dump(page)
    printed = [match.span() for match in re.finditer(r"[^\n]+", text) if match[0].strip()]
    rows = gold("layout.tsv", page)
    assert [(row["start"], row["end"]) for row in rows] == printed
    assert {row["type"] for row in rows} <= TYPES


@each_page
def test_links_point_at_rows_of_the_same_kind(page: Entry) -> None:
    text, rows = dump(page), gold("layout.tsv", page)
    by_start = {row["start"]: row for row in rows}
    for row in rows:
        words = text[row["start"] : row["end"]]
        if row["continues_start"] != "":
            earlier = by_start[row["continues_start"]]
            assert earlier["start"] < row["start"]
            assert (earlier["type"], earlier["article"]) == (row["type"], row["article"])
        if row["type"] == "fragment":
            source = by_start[row["duplicate_of_start"]]
            assert text[source["start"] : source["end"]].endswith(words)
        elif row["duplicate_of_start"] != "":
            first = by_start[row["duplicate_of_start"]]
            assert first["type"] == row["type"]
            assert first["article"] != row["article"]
            assert sum(a != b for a, b in zip(words, text[first["start"] : first["end"]], strict=True)) <= 1
    continued = [row["continues_start"] for row in rows if row["continues_start"] != ""]
    assert len(continued) == len(set(continued))


@each_page
def test_a_second_printing_holds_the_whole_article(page: Entry) -> None:
    rows = gold("layout.tsv", page)
    whole = collections.defaultdict(list)
    for row in rows:
        whole[row["article"]].append(row["start"])
    again = {row["article"] for row in rows if row["duplicate_of_start"] != "" and row["type"] != "fragment"}
    for article in again:
        originals = [row["duplicate_of_start"] for row in rows if row["article"] == article]
        assert originals in whole.values()


@each_page
def test_joined_lines_are_the_clean_lines(page: Entry) -> None:
    text = dump(page)
    joined = [
        (chain[0]["type"], plain("".join(text[row["start"] : row["end"]] for row in chain)))
        for chain in paragraphs(gold("layout.tsv", page))
    ]
    clean = [(kind, plain("".join(parts))) for kind, _, parts in clean_lines(page)]
    assert sorted(joined) == sorted(clean)


@each_page
def test_plan_tiles_the_body_and_says_the_planned_codes(page: Entry) -> None:
    text = dump(page)
    at = collections.defaultdict(list)
    body = [row for row in gold("layout.tsv", page) if row["type"] == "body"]
    for part in gold("plan.tsv", page):
        line = next(row for row in body if row["start"] <= part["start"] < part["end"] <= row["end"])
        at[line["start"]].append(part)
    for row in body:
        edges = [row["start"], *(part["end"] for part in at[row["start"]])]
        assert [part["start"] for part in at[row["start"]]] == edges[:-1]
        assert edges[-1] == row["end"]

    planned = [
        merged(
            ("+".join(filter(None, [part["code"], part["secondary"]])), text[part["start"] : part["end"]])
            for row in chain
            for part in at[row["start"]]
        )
        for chain in paragraphs(body)
    ]
    clean = [merged(zip(codes, parts, strict=True)) for kind, codes, parts in clean_lines(page) if kind == "body"]
    assert sorted(planned) == sorted(clean)
