"""Build `character_costs.txt` of `qztopics.corpus.encoding`: what each character of written Chinese costs.

    pip install opencc-python-reimplemented
    python benchmarks/character_costs.py --data FOLDER

FOLDER holds `laws/*.jsonl`, `government_reports/*.txt`, `fewclue/*/unlabelled.jsonl` and `thucnews_titles/*`. Only
half A of it is counted (a checksum of the line decides); `encodings.py` measures on half B. Traditional text is the
same text converted by OpenCC's tables. The file holds single characters and their rounded log-frequencies, no text.
"""

from __future__ import annotations

import argparse
import json
import math
import unicodedata
import zlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OUTPUT = Path(__file__).parents[1] / "qztopics" / "corpus" / "encoding" / "character_costs.txt"
STEP = 0.25  # nats per level
UNSEEN = 0.01  # share of the probability that goes to characters not in the table
HIGHEST = 52  # level; a character seen once must not cost more than one never seen
CANTONESE = "佢喺冇嘅咗啲哋嘢唔嚟咁嗰乜噉咩㗎喇嘞啱攞瞓嘥嗌揾諗"  # Hong Kong's own, not in converted text
CANTONESE_LEVEL = 36
LIMIT = 1_200_000  # characters of each kind of text
TRADITIONAL = {"s2t": 0.1, "s2hk": 0.15, "s2tw": 0.15}  # share of each in the mixture; the rest is simplified
HEADER = """\
# What characters of written Chinese cost: -ln of their share among the characters of their class, in steps of a
# quarter nat. Mixture of simplified (60 %) and traditional (40 %) laws, reports, news, reviews and abstracts.
# Built by benchmarks/character_costs.py; lines are: level, tab, characters.
"""


def kinds_of_text(data: Path) -> dict[str, Iterator[str]]:
    """Lines of each kind of text in the folder."""
    laws = (json.loads(line)["text"] for line in _lines(sorted((data / "laws").glob("*.jsonl"))))
    fewclue = sorted((data / "fewclue").glob("*/unlabelled.jsonl"))
    return {
        "laws": (line for text in laws for line in text.splitlines()),
        "reports": _lines(sorted((data / "government_reports").glob("*.txt"))),
        "news and reviews": (json.loads(line)["text"] for line in _lines(fewclue)),
        "titles": (line.split("\t")[0] for line in _lines(sorted((data / "thucnews_titles").glob("*.*")))),
    }


def half(lines: Iterable[str], parity: int) -> Iterator[str]:
    """Lines of half A (parity 0) or B (1), without markup lines."""
    for line in lines:
        if len(line) > 1 and not line.startswith("<!--") and zlib.crc32(line.strip().encode()) % 2 == parity:
            yield line


def _lines(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        yield from path.read_text(encoding="utf-8").splitlines()


def _capped(lines: Iterable[str]) -> str:
    taken, size = [], 0
    for line in lines:
        taken.append(line)
        size += len(line) + 1
        if size > LIMIT:
            break
    return "\n".join(taken)


def _counts(c: str) -> bool:
    """Whether a character is ASCII or one of East Asian typesetting, and no stand-in for a lost one."""
    shown = c.isprintable() and not c.isspace() and not unicodedata.combining(c)
    return shown and c != "\ufffd" and unicodedata.east_asian_width(c) in {"Na", "W", "F", "A"}


def shares(texts: list[str]) -> dict[str, float]:
    """Mean over the texts of the share of each character; every text counts the same."""
    total: dict[str, float] = {}
    for text in texts:
        counts = Counter(c for c in text if _counts(c))
        for narrow in (True, False):
            whole = sum(n for c, n in counts.items() if c.isascii() == narrow)
            for c, n in counts.items():
                if c.isascii() == narrow:
                    total[c] = total.get(c, 0.0) + n / whole / len(texts)
    return total


def table(data: Path) -> str:
    """Text of the table file."""
    import opencc

    texts = [_capped(half(lines, 0)) for lines in kinds_of_text(data).values()]
    mixture: dict[str, float] = {}
    parts = {None: 1 - sum(TRADITIONAL.values()), **TRADITIONAL}
    for conversion, weight in parts.items():
        converter = opencc.OpenCC(conversion) if conversion else None
        found = shares([converter.convert(text) if converter else text for text in texts])
        for c, share in found.items():
            mixture[c] = mixture.get(c, 0.0) + weight * share
    levels: dict[int, list[str]] = {}
    for c in sorted(mixture):
        if c <= "\uffff" and c not in CANTONESE:
            level = min(HIGHEST, round(-math.log(mixture[c] * (1 - UNSEEN)) / STEP))
            levels.setdefault(level, []).append(c)
    levels.setdefault(CANTONESE_LEVEL, []).extend(CANTONESE)
    return HEADER + "".join(f"{level}\t{''.join(levels[level])}\n" for level in sorted(levels))


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    given = parser.parse_args()
    given.output.write_text(table(given.data), encoding="utf-8")


if __name__ == "__main__":
    main()
