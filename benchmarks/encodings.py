"""Encodings: generated files of known text, how many are read right, and how many wrong without a mark.

    pip install opencc-python-reimplemented
    python benchmarks/encodings.py --data FOLDER [--cases 50] [--seed 0]

FOLDER as for `character_costs.py`; text is cut from the half that the table was not counted on. `right` means that the
text is equal, `wrong unmarked` that it is not and `certain` is True. `folder` is the same with the majority of a folder
of files in the same encoding, `other folder` with the majority of one in another.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from character_costs import half, kinds_of_text

from qztopics.corpus.encoding.decoding import Decoded, NotTextError, decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LENGTHS = (4, 6, 12, 30, 100, 1000)
# Name of the row -> (codec, bytes in front, what `Decoded.encoding` is then called, characters put in).
ENCODINGS = {
    "utf-8": ("utf-8", b"", "utf-8", ""),
    "utf-8 BOM": ("utf-8", b"\xef\xbb\xbf", "utf-8", ""),
    "gbk": ("gbk", b"", "gb18030", ""),
    "gb18030, 4-byte": ("gb18030", b"", "gb18030", "㐂䶮𠮷㛃𬭎"),
    "big5": ("big5", b"", "big5hkscs", ""),
    "cp950": ("cp950", b"", "big5hkscs", ""),
    "big5-hkscs": ("big5hkscs", b"", "big5hkscs", "嘅喺咗啲鰂邨"),
    "utf-16-le": ("utf-16-le", b"", "utf-16-le", ""),
    "utf-16-be": ("utf-16-be", b"", "utf-16-be", ""),
    "utf-16-le BOM": ("utf-16-le", b"\xff\xfe", "utf-16-le", ""),
    "utf-16-be BOM": ("utf-16-be", b"\xfe\xff", "utf-16-be", ""),
}
KINDS = ("simplified", "traditional", "mixed", "ASCII-heavy")
ASCII = (
    *(
        "id,date,title,text\n",
        "2024-06-12",
        "<p class='main'>",
        "</p>\n",
        "http://example.org/news/10",
        "GDP ",
        "12.5%",
    ),
    *("No. ", "AI ", "5G", "PM2.5 ", "total = 340\n", "(1)", "Name: ", "user_id", "&nbsp;", "<br/>\n", "{'k': 1}"),
    *("\t17\t", "www", "ISO 9001", "page 3 of 8", "km/h", "A-12", "QR", "e-mail: "),
)
# Bytes of these mean other characters on Windows and in the WHATWG index than in CPython's big5 and cp950.
NOT_BIG5 = re.compile(r"[•､‾∼♁☉¥¢£／＼∕﹨\u0400-\u04ff\u3005\u3041-\u30ff①-⑩⑴-⑽]")
POOL = 400_000  # characters of each kind of text
TRIES = 200


@dataclass(frozen=True)
class Pools:
    """Running text of each script."""

    simplified: str
    traditional: str


def pools(data: Path) -> Pools:
    """Half B of the text, and the same converted."""
    import opencc

    simplified, traditional = [], []
    for lines in kinds_of_text(data).values():
        taken, size = [], 0
        for line in half(lines, 1):
            taken.append(line)
            size += len(line)
            if size > POOL:
                break
        simplified.append("\n".join(taken))
    for conversion, text in zip(("s2t", "s2tw", "s2hk", "s2tw"), simplified, strict=True):
        traditional.append(opencc.OpenCC(conversion).convert(text))
    return Pools("\n".join(simplified), "\n".join(traditional))


def cut(text: str, length: int, rng: random.Random) -> str:
    """Characters from a place drawn at random."""
    start = rng.randrange(len(text) - length)
    return text[start : start + length]


def one_text(kind: str, length: int, given: Pools, rng: random.Random) -> str:
    """Text of exactly `length` characters."""
    if kind == "simplified":
        return cut(given.simplified, length, rng)
    if kind == "traditional":
        return cut(given.traditional, length, rng)
    if kind == "mixed":
        left = length // 2
        return cut(given.simplified, left, rng) + cut(given.traditional, length - left, rng)
    pieces: list[str] = []
    size = 0
    while size < length:
        source = given.simplified if rng.random() < 0.5 else given.traditional
        piece = cut(source, rng.randint(1, 4), rng) if rng.random() < 0.4 else rng.choice(ASCII)
        pieces.append(piece)
        size += len(piece)
    return "".join(pieces)[:length]


def encoded(kind: str, length: int, name: str, given: Pools, rng: random.Random) -> tuple[str, bytes] | None:
    """One case, or None where the encoding has no such text (simplified Chinese in Big5)."""
    codec, bom, _, special = ENCODINGS[name]
    for _ in range(TRIES if length <= 100 else 20):
        text = one_text(kind, length, given, rng)
        if special:
            at = rng.randrange(len(text))
            text = text[:at] + rng.choice(special) + text[at + 1 :]
        if codec.startswith(("big5", "cp950")) and kind in {"traditional", "ASCII-heavy"}:
            text = text.encode(codec, "ignore").decode(codec)
            if len(text) < 0.9 * length:
                continue
        try:
            data = text.encode(codec)
        except UnicodeEncodeError:
            if codec == "gbk" and length == LENGTHS[-1]:
                text = text.encode(codec, "ignore").decode(codec)
                data = text.encode(codec)
            else:
                continue
        if codec.startswith(("big5", "cp950")) and NOT_BIG5.search(text):
            continue
        if data and text[0] != "\ufeff":
            return text, bom + data
    return None


def attempt(data: bytes, **given: str | None) -> Decoded | None:
    """Decode, None where it is refused."""
    try:
        return decode(data, **given)
    except NotTextError:
        return None


def campaign(given: Pools, cases: int, rng: random.Random) -> dict[str, dict[tuple[str, int], Counter[str]]]:
    """Counts by way of asking and (encoding, length)."""
    ways = ("alone", "folder", "other folder")
    counts: dict[str, dict[tuple[str, int], Counter[str]]] = {way: {} for way in ways}
    for name, (_, _, told, _) in ENCODINGS.items():
        for length in LENGTHS:
            for kind in KINDS:
                for _ in range(cases):
                    made = encoded(kind, length, name, given, rng)
                    if made is None:
                        break
                    text, data = made
                    other = "big5hkscs" if told == "gb18030" else "gb18030"
                    for way, prefer in zip(ways, (None, told, other), strict=True):
                        found = attempt(data, prefer=prefer)
                        count = counts[way].setdefault((name, length), Counter())
                        count["n"] += 1
                        right = found is not None and found.text == text
                        count["right"] += right
                        count["marked"] += found is None or not found.certain
                        count["refused"] += found is None
                        count["wrong"] += found is not None and not right and found.certain
    return counts


def damaged(given: Pools, cases: int, rng: random.Random) -> Iterator[tuple[str, bool, bool]]:
    """Yield (damage, right, marked or refused) of each damaged case."""
    plain = ["utf-8", "gbk", "big5", "utf-16-le", "utf-16-be"]
    boms = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")

    def case(name: str, length: int) -> tuple[str, bytes]:
        kind = "traditional" if name == "big5" else rng.choice(("simplified", "traditional"))
        return encoded(kind, length, name, given, rng) or case(name, length)

    for number in range(cases):
        name, length = plain[number % len(plain)], rng.choice((30, 100, 1000))
        text, data = case(name, length)
        found = attempt(data[:-1])
        yield (
            "last byte cut off",
            found is not None and found.text.removesuffix("\ufffd") in {text, text[:-1]},
            found is None or not found.certain,
        )
        while name == "utf-8":
            name, length = rng.choice(plain), rng.choice((30, 100, 1000))
            text, data = case(name, length)
        found = attempt(rng.choice([bom for bom in boms if not name.startswith("utf-16")] or boms[:1]) + data)
        yield "lying BOM", found is not None and found.text == text, found is None or not found.certain
        name = plain[number % len(plain)]
        text, data = case(name, length)
        lie = {"gbk": "big5", "big5": "gb2312"}.get(name, rng.choice(("gb2312", "big5", "iso-8859-1")))
        found = attempt(data, declared=lie)
        yield "lying charset", found is not None and found.text == text, found is None or not found.certain
        first, second = rng.sample(("utf-8", "gbk", "big5"), 2)
        (text, data), (text2, data2) = case(first, rng.choice((100, 1000))), case(second, rng.choice((30, 100)))
        found = attempt(data + b"\n" + data2)
        yield (
            "two encodings",
            found is not None and found.text == f"{text}\n{text2}",
            found is None or not found.certain,
        )
        name = plain[number % 3]
        text, data = case(name, rng.choice((100, 1000)))
        at = rng.randrange(len(data))
        found = attempt(data[:at] + b"\xff" + data[at + 1 :])
        same = found is not None and _common_ends(found.text, text) >= len(text) - 3
        yield "one byte spoilt", same, found is None or not found.certain


def _common_ends(a: str, b: str) -> int:
    """Characters that two texts share at their beginning and at their end."""
    shorter = min(len(a), len(b))
    head = next((k for k in range(shorter) if a[k] != b[k]), shorter)
    tail = next((k for k in range(shorter - head) if a[-1 - k] != b[-1 - k]), shorter - head)
    return head + tail


def print_table(title: str, counts: dict[tuple[str, int], Counter[str]], cell: Callable[[Counter[str]], str]) -> None:
    """Print one row an encoding and one for all."""
    print(f"\n{title}\n\n| encoding | {' | '.join(map(str, LENGTHS))} |\n|---|{'---|' * len(LENGTHS)}")
    for name in ENCODINGS:
        print(f"| {name} | {' | '.join(cell(counts.get((name, length), Counter())) for length in LENGTHS)} |")
    whole = [sum((c for (_, n), c in counts.items() if n == length), Counter()) for length in LENGTHS]
    print(f"| all | {' | '.join(map(cell, whole))} |")


def speed(given: Pools) -> None:
    """Print MB/s for a page and for a large file of each encoding."""
    print("\n| encoding | bytes | MB/s |\n|---|---|---|")
    for name, (codec, _, _, _) in ENCODINGS.items():
        for size in (4_500, 2_000_000):
            source = given.traditional if "big5" in codec or codec == "cp950" else given.simplified
            data = (source * (1 + size // len(source)))[:size].encode(codec, "ignore")
            times = []
            for _ in range(20 if size < 10_000 else 5):
                started = time.perf_counter()
                decode(data)
                times.append(time.perf_counter() - started)
            print(f"| {name} | {len(data):,} | {len(data) / 1e6 / min(times):.0f} |")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cases", type=int, default=50, help="per encoding, length and kind of text")
    parser.add_argument("--damaged", type=int, default=400, help="per kind of damage")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rng = random.Random(given.seed)  # noqa: S311
    text = pools(given.data)
    counts = campaign(text, given.cases, rng)
    print(f"{sum(c['n'] for c in counts['alone'].values()):,} files")
    for way, found in counts.items():
        print_table(f"right, {way}, %", found, lambda c: f"{100 * c['right'] / c['n']:.2f}" if c["n"] else "-")
    for way, found in counts.items():
        print_table(f"wrong unmarked, {way}", found, lambda c: f"{c['wrong']}/{c['n']}" if c["n"] else "-")
    print_table("marked, alone, %", counts["alone"], lambda c: f"{100 * c['marked'] / c['n']:.0f}" if c["n"] else "-")
    damage: dict[str, Counter[str]] = {}
    for name, right, marked in damaged(text, given.damaged, rng):
        count = damage.setdefault(name, Counter())
        count.update(n=1, right=right, marked=marked, wrong=not right and not marked)
    print("\n| damage | files | right % | marked % | wrong unmarked |\n|---|---|---|---|---|")
    for name, c in damage.items():
        print(
            f"| {name} | {c['n']} | {100 * c['right'] / c['n']:.1f} | {100 * c['marked'] / c['n']:.1f} | {c['wrong']} |"
        )
    speed(text)


if __name__ == "__main__":
    main()
