"""Print how often the drift note advises training again: on text of the training's source, and on other text.

    python benchmarks/drift.py --data FOLDER [--splits 20] [--only NAME]

Of each source documents are drawn for training, and batches of several sizes from the rest; both shares of alarms are
given, with a Wilson interval as if batches were independent. Models are plain topic modellers of two topics, for words
alone decide; `sample` also trains on all of `seeds/corpus` with its labels and judges `seeds/new` and other text.
FOLDER holds `government_reports`, `laws/laws.jsonl`, `fewclue/csldcp` and `thucnews_titles`.
"""

from __future__ import annotations

import argparse
import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qztopics.corpus.read import read_corpus, read_texts
from qztopics.evaluation.intervals import wilson
from qztopics.evaluation.labels import read_labels
from qztopics.pipeline.classify import classify
from qztopics.pipeline.drift import drift_of
from qztopics.pipeline.train import train
from qztopics.policy.taxonomy import read_taxonomy
from qztopics.settings import PolicySettings, Settings, TopicSettings
from qztopics.text.lexicon import read_lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qztopics.model import Model
    from qztopics.records import Corpus

SEEDS = Path("seeds")
TRADITIONAL = "lgrb_20250402_hw"
"""The one sample page in Traditional characters: other text for a model that has not seen any, and judged as such."""
QUICK = Settings(topics=TopicSettings(n_topics=2, sweeps=5, n_clusters=2), policy=PolicySettings(n_latent=2))
SIZES = (1, 3, 10, 30, 100, 300)
PER_SIZE = 10


def source(data: Path, name: str) -> Corpus:
    """Read one source; records are documents of their own."""
    if name == "sample":
        return read_corpus([SEEDS / "corpus"], Settings().corpus)
    if name == "reports":
        return read_corpus([data / "government_reports"], Settings().corpus)
    if name == "laws":
        with (data / "laws/laws.jsonl").open(encoding="utf-8") as stream:
            texts = [json.loads(line)["text"][:1500] for line in stream]
    elif name == "abstracts":
        with (data / "fewclue/csldcp/unlabelled.jsonl").open(encoding="utf-8") as stream:
            texts = [json.loads(line)["text"] for line in stream]
    else:
        with (data / "thucnews_titles/dev.tsv").open(encoding="utf-8", newline="") as stream:
            texts = [row["text"] for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)]
    return read_texts([(f"{k:05d}", text) for k, text in enumerate(texts[:4000])])


def part(corpus: Corpus, chosen: Sequence[int]) -> Corpus:
    """Some documents of a corpus, by number."""
    names = {corpus.documents[k].id for k in chosen}
    return replace(
        corpus,
        documents=tuple(d for d in corpus.documents if d.id in names),
        articles=tuple(a for a in corpus.articles if a.document_id in names),
        passages=tuple(p for p in corpus.passages if p.document_id in names),
    )


def ask(model: Model, corpus: Corpus) -> tuple[str, bool | None, bool]:
    """The figures of a batch in words, whether it alarms (None: too little text), and whether a share has shifted."""
    found = drift_of(model, corpus.passages, classify(model, corpus.passages))
    if found.unknown is None or found.bits is None:
        return str(found.missing), None, False
    words = "; ".join(
        f"{name} {f.value:.3f} (expected {f.expected:.3f}, limit {f.limit:.3f})"
        for name, f in (("unknown", found.unknown), ("bits", found.bits))
    )
    return words, found.advised, any(shift.is_real for shift in found.shifts)


def rate(title: str, alarms: Sequence[bool]) -> None:
    """Print a share of alarms."""
    found = wilson(sum(alarms), len(alarms))
    print(f"{title}: {found.value:.3f} [{found.low:.3f}, {found.high:.3f}] of {len(alarms)} batches", flush=True)


def splits(data: Path, name: str, n_splits: int) -> None:
    """Train on a part of one source and judge batches of the rest."""
    corpus, lexicon = source(data, name), read_lexicon(SEEDS / "lexicon")
    if name == "sample":
        corpus = part(corpus, [k for k, d in enumerate(corpus.documents) if d.id != TRADITIONAL])
    n = len(corpus.documents)
    by_size: dict[int, list[bool]] = {}
    other: list[bool] = []
    for seed in range(n_splits):
        order = np.random.default_rng([9, seed]).permutation(n)
        cut = 2 * n // 3 if n < 100 else n // 2
        model, _ = train(part(corpus, order[:cut].tolist()), [], None, lexicon, QUICK)
        rest = order[cut:]
        if name == "sample":
            whole = source(data, name)
            page = [k for k, d in enumerate(whole.documents) if d.id == TRADITIONAL]
            other.append(bool(ask(model, part(whole, page))[1]))
        for size in SIZES:
            for k in range(min(PER_SIZE, len(rest) // size)):
                alarm = ask(model, part(corpus, rest[k * size : (k + 1) * size].tolist()))[1]
                if alarm is not None:
                    by_size.setdefault(size, []).append(alarm)
    for size, alarms in by_size.items():
        rate(f"{name}, {n} documents, batches of {size}", alarms)
    if other:
        rate("the page in Traditional characters", other)
    rate(f"{name}, all batches", [alarm for alarms in by_size.values() for alarm in alarms])


def shifts(data: Path, n_splits: int) -> None:
    """How often a shift of shares is claimed between two parts of the sample."""
    corpus, taxonomy = source(data, "sample"), read_taxonomy(SEEDS / "taxonomy.toml")
    labels, lexicon = read_labels(SEEDS / "labels.csv"), read_lexicon(SEEDS / "lexicon")
    claims: dict[int, list[bool]] = {}
    for seed in range(n_splits):
        order = np.random.default_rng([10, seed]).permutation(len(corpus.documents))
        model, _ = train(part(corpus, order[:16].tolist()), labels, taxonomy, lexicon, Settings())
        for size in (1, 4, 9):
            for start in range(16, len(order) - size + 1, size):
                _, alarm, shifted = ask(model, part(corpus, order[start : start + size].tolist()))
                if alarm is not None:
                    claims.setdefault(size, []).append(shifted)
    for size, found in claims.items():
        rate(f"sample, a shift of shares claimed, batches of {size}", found)


def sample(data: Path) -> None:
    """The sample model with its labels: new pages of its source, and other text."""
    corpus, taxonomy = source(data, "sample"), read_taxonomy(SEEDS / "taxonomy.toml")
    model, _ = train(corpus, read_labels(SEEDS / "labels.csv"), taxonomy, read_lexicon(SEEDS / "lexicon"), Settings())
    new = read_corpus([SEEDS / "new"], Settings().corpus)
    print(f"seeds/new, all: {ask(model, new)}")
    single = [ask(model, part(new, [k])) for k in range(len(new.documents))]
    rate("seeds/new, one article each", [alarm for _, alarm, _ in single if alarm is not None])
    rate("  of them with a shift of shares", [shift for _, alarm, shift in single if alarm is not None])
    for name in ("reports", "laws", "abstracts", "titles"):
        other = source(data, name)
        size = 1 if name == "reports" else 50
        starts = range(0, min(31 * size, len(other.documents) - size + 1), size)
        asked = [ask(model, part(other, range(k, k + size))) for k in starts]
        print(f"{name}, first batch: {asked[0]}")
        rate(f"{name} in batches of {size}", [bool(alarm) for _, alarm, _ in asked])


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--only", choices=("sample", "reports", "laws", "abstracts", "titles"))
    given = parser.parse_args()
    for name in ("sample", "reports", "laws", "abstracts", "titles"):
        if given.only in {None, name}:
            splits(given.data, name, given.splits if name in {"sample", "reports"} else max(1, given.splits // 4))
    if given.only in {None, "sample"}:
        shifts(given.data, max(1, given.splits // 3))
        sample(given.data)


if __name__ == "__main__":
    main()
