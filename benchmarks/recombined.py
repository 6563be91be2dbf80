"""Recombined text: pages of sentences drawn from real ones, as many as asked, for measuring speed and growth.

    python benchmarks/recombined.py --data FOLDER --output FOLDER (--passages N | --megabytes N) [--seed 1] [--check]

FOLDER holds `government_reports/*.txt` and `laws/laws.jsonl`. A page is a file of about 25 kB: articles with a
headline, a byline or a dateline, and paragraphs of a few sentences, each of a length that is one passage. An article
draws its sentences from one neighbourhood of the source, so that it has a subject; numbers are drawn anew, and where a
sentence has three clauses or more, one is another sentence's, so that few passages are near-copies by chance. One
article in two hundred is printed again. The same seed writes the same bytes, and a larger N the same pages and more.
Only the sentences and one page are held in memory. `--check` reads the pages as the project does and prints how many
passages are marked as copies.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE_BYTES = 25_000
SHORTEST, LONGEST = 12, 70
"""Characters of a sentence that is drawn."""
LEAST_SENTENCES, LEAST_CHARACTERS, MOST_CHARACTERS = 2, 60, 165
PARAGRAPHS = (3, 8)
NEIGHBOURHOOD = 3000
"""Sentences before and after an article's subject that it draws from."""
REPRINTED = 0.005
REMEMBERED = 200
CLAUSES = 3
"""A sentence of so many clauses has one of them exchanged."""
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", "明华建国文军志强丽敏静伟芳洁"
CITIES = ("临江", "望海", "北原", "石渡", "清溪", "南屏", "东塘", "西岭", "云桥", "长湖")


@dataclass(frozen=True)
class Source:
    """Real sentences in the order of the source, each as its clauses."""

    sentences: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Written:
    """What was written."""

    pages: int
    articles: int
    passages: int
    megabytes: float


def read_source(data: Path) -> Source:
    """Sentences of reports and statutes, each once."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((data / "government_reports").glob("*.txt"))]
    with (data / "laws" / "laws.jsonl").open(encoding="utf-8") as lines:
        texts += [str(json.loads(line)["text"]).split("<!-- INFO END -->")[-1] for line in lines]
    sentence = re.compile(rf"[^。！？\s#]{{{SHORTEST},{LONGEST}}}[。！？]")
    article = re.compile(r"^第[一二三四五六七八九十百零〇]+条")
    found = dict.fromkeys(article.sub("", s) for text in texts for s in sentence.findall(text))
    return Source(tuple(tuple(re.findall(r"[^，；。！？]+[，；。！？]", s)) for s in found if len(s) >= SHORTEST))


def articles(source: Source, seed: int) -> Iterator[tuple[str, int]]:
    """Articles without end, each with its number of passages."""
    rng = random.Random(seed)  # noqa: S311 - which sentences are drawn is no secret
    past: deque[tuple[str, int]] = deque(maxlen=REMEMBERED)
    while True:
        if past and rng.random() < REPRINTED:
            yield past[int(rng.random() * len(past))]
            continue
        made = write_article(rng, source.sentences)
        if rng.random() < 0.1:
            past.append(made)
        yield made


def write_article(rng: random.Random, pool: tuple[tuple[str, ...], ...]) -> tuple[str, int]:
    """Headline, opening and paragraphs; the number of paragraphs."""
    low = int(rng.random() * max(1, len(pool) - 2 * NEIGHBOURHOOD))
    width = min(len(pool), 2 * NEIGHBOURHOOD)
    paragraphs = [paragraph(rng, pool, low, width) for _ in range(rng.randint(*PARAGRAPHS))]
    name = rng.choice(SURNAMES) + rng.choice(GIVEN) + rng.choice(GIVEN)
    city = rng.choice(CITIES)
    opening = (
        f"本报讯（记者 {name}）"
        if rng.random() < 0.5
        else f"本报{city}{rng.randint(1, 12)}月{rng.randint(1, 28)}日电（记者 {name}）"
    )
    paragraphs[0] = opening + paragraphs[0]
    clause = max(pool[low + int(rng.random() * width)], key=lambda part: -abs(len(part) - 14))
    headline = f"{city}：{clause[:20].rstrip('，；。！？')}"
    return f"{headline}\n\n" + "\n".join("　　" + text for text in paragraphs), len(paragraphs)


def paragraph(rng: random.Random, pool: tuple[tuple[str, ...], ...], low: int, width: int) -> str:
    """Sentences of one neighbourhood, of a length that stays one passage."""
    drawn: list[str] = []
    size = 0
    while size < LEAST_CHARACTERS or len(drawn) < LEAST_SENTENCES:
        clauses = pool[low + int(rng.random() * width)]
        if len(clauses) >= CLAUSES:
            other = pool[low + int(rng.random() * width)]
            place = int(rng.random() * (len(clauses) - 1))
            clauses = (*clauses[:place], other[0][:-1] + clauses[place][-1], *clauses[place + 1 :])
        text = "".join(clauses)
        if size + len(text) > MOST_CHARACTERS:
            if len(drawn) >= LEAST_SENTENCES:
                break
            if len(text) > SHORTEST * 3:
                continue
        drawn.append(text)
        size += len(text)
    return NUMBER.sub(lambda _: str(int(rng.random() * 90) + 10), "".join(drawn))


NUMBER = re.compile(r"\d{2}")


def write_pages(
    data: Path, folder: Path, *, passages: int | None = None, megabytes: float | None = None, seed: int = 1
) -> Written:
    """Write pages until there are so many passages or megabytes; the last article is written whole."""
    if (passages is None) == (megabytes is None):
        raise SystemExit("give a number of passages or of megabytes, one of the two")
    folder.mkdir(parents=True, exist_ok=True)
    most_passages, most_bytes = passages or float("inf"), (megabytes or float("inf")) * 1e6
    n_pages = n_articles = n_passages = n_bytes = 0
    page: list[str] = []
    size = 0

    def close() -> None:
        (folder / f"page{n_pages:06}.txt").write_text("\n\n\n".join(page) + "\n", encoding="utf-8")

    for text, count in articles(read_source(data), seed):
        page.append(text)
        weight = len(text.encode()) + 3
        n_articles, n_passages, n_bytes, size = n_articles + 1, n_passages + count, n_bytes + weight, size + weight
        done = n_passages >= most_passages or n_bytes >= most_bytes
        if size >= PAGE_BYTES or done:
            close()
            n_pages, size = n_pages + 1, 0
            page.clear()
        if done:
            break
    return Written(n_pages, n_articles, n_passages, n_bytes / 1e6)


def check(folder: Path) -> str:
    """How the project reads the pages: articles, passages, and the shares marked as copies."""
    from qztopics.corpus.read import read_corpus
    from qztopics.settings import CorpusSettings

    corpus = read_corpus([folder], CorpusSettings())
    body = [passage for passage in corpus.passages if passage.kind == "body"]
    marked = sum(passage.duplicate_of is not None for passage in body)
    near = {name for pair in corpus.near_copies for name in (pair.first, pair.second)}
    reprints = sum(article.duplicate_of is not None for article in corpus.articles)
    return (
        f"read as {len(corpus.articles):,} articles ({reprints / len(corpus.articles):.2%} reprints) and {len(body):,} "
        f"passages ({marked / len(body):.2%} marked as second printings, {len(near) / len(body):.2%} in pairs alike)"
    )


def main() -> None:
    """Write pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--passages", type=int)
    parser.add_argument("--megabytes", type=float)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    made = write_pages(given.data, given.output, passages=given.passages, megabytes=given.megabytes, seed=given.seed)
    print(
        f"{made.pages:,} pages, {made.articles:,} articles, {made.passages:,} passages, {made.megabytes:.1f} MB",
        flush=True,
    )
    if given.check:
        print(check(given.output))


if __name__ == "__main__":
    main()
