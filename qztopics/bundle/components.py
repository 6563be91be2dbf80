"""A model as arrays and texts, and back: one hand-written pair of functions, no name from a bundle is ever imported.

Every value is checked on the way in, for a valid container can hold values that would crash or mislead a reader.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from qztopics.errors import BundleError
from qztopics.features.characters import CharacterVocabulary
from qztopics.features.vocabulary import Vocabulary
from qztopics.model import FATES, DriftReference, Facts, GroupMap, Model, OutOfFold
from qztopics.policy.classifier import Classifier
from qztopics.policy.taxonomy import Taxonomy
from qztopics.policy.views import NAMES
from qztopics.settings import Settings
from qztopics.text.lexicon import Lexicon, is_set_phrase, is_user_word
from qztopics.topics.clusters import Clusters
from qztopics.topics.latent import LatentSpace
from qztopics.topics.lda import TopicModel
from qztopics.topics.mixture import Mixture
from qztopics.topics.register import TopicRegister

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from qztopics.bundle.canonical import JSON
    from qztopics.bundle.reader import Bundle

KIND = "lda+tfidf+linear"
SELFTEST = "selftest.jsonl"
_SUM_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True)
class Parts:
    """What `store.publish` writes: arrays by name, texts by file name, and the manifest's description."""

    arrays: dict[str, NDArray[Any]]
    texts: dict[str, str]
    described: dict[str, JSON]


class _Extra(BaseModel):
    """`model.json`: what is neither an array nor a word list."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    settings: Settings
    taxonomy: dict[str, Any] | None
    facts: dict[str, Any]
    places: list[tuple[str, str]]
    user_words: list[tuple[str, Annotated[int, Field(ge=0, lt=2**31)]]]
    approved: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    set_phrases: tuple[str, ...] = ()
    ngram_max: int = Field(ge=1, le=3)
    marks: bool = False
    calibrated: bool
    topic_notes: list[str] = []
    topic_made_names: list[str] = []
    topic_codes: list[str] = []


def _cluster_arrays(clusters: Clusters) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {"clusters.centres": clusters.centres}
    if clusters.mixture is not None:
        arrays |= {"clusters.term_scores": clusters.mixture.term_scores, "clusters.bias": clusters.mixture.bias}
    if clusters.directions is not None:
        arrays["clusters.directions"] = clusters.directions
    return arrays


def take_apart(model: Model, *, selftest: str, engine: str, trained_with: Mapping[str, str]) -> Parts:
    """Turn a model into plain arrays and texts.

    Parameters
    ----------
    selftest
        Synthetic documents and expected answers, one JSON object a line.
    engine
        Segmenter and version, such as `rjieba-0.2.2`.
    trained_with
        Versions of Python and the libraries that decide the numbers.
    """
    arrays: dict[str, NDArray[Any]] = {
        "tfidf.words.idf": model.word_idf,
        "tfidf.characters.idf": model.character_idf,
        "characters.keys": model.characters.keys,
        "latent.components": model.latent.components,
        "lda.topic_term": model.topics.topic_term_matrix,
        "lda.alpha": model.topics.doc_topic_prior,
        "lda.beta": np.array([model.topics.topic_term_prior]),
        **_cluster_arrays(model.clusters),
    }
    for name, group_map in (("clusters", model.cluster_map), ("topics", model.topic_map)):
        if group_map is not None:
            arrays |= {
                f"{name}.counts": group_map.counts,
                f"{name}.code": group_map.code,
                f"{name}.purity": group_map.purity,
            }
    if model.classifier is not None:
        arrays |= {f"linear.{n}": c for n, c in zip(NAMES, model.classifier.coefficients, strict=True)}
        arrays |= {"linear.bias": model.classifier.bias, "linear.factor": np.array([model.classifier.factor])}
    known = model.out_of_fold
    if known is not None:
        arrays |= {
            "held.digest": known.digest,
            "held.hand": known.hand,
            "held.group": known.group,
            "held.probability": known.probability,
            "held.kept": known.kept.astype(np.uint8),
            "held.vote": known.vote,
            "held.plain": known.plain,
            "held.majority": known.majority,
            "held.cluster": known.cluster,
            "held.topic": known.topic,
        }
        if known.fate is not None:
            arrays["held.fate"] = known.fate
    if model.documents is not None:
        arrays["corpus.documents"] = model.documents
    if model.drift is not None:
        arrays |= {
            "drift.table": model.drift.table,
            "drift.units": np.array([model.drift.n_units]),
            "drift.terms": model.drift.term_counts,
        }
    register_arrays, register_words = _take_register_apart(model.topic_register)
    arrays |= register_arrays
    extra = {
        "settings": model.settings.model_dump(),
        "taxonomy": asdict(model.taxonomy) if model.taxonomy else None,
        "facts": asdict(model.facts),
        "places": model.lexicon.places,
        "user_words": model.lexicon.user_words,
        "approved": model.lexicon.approved,
        "rejected": model.lexicon.rejected,
        "set_phrases": model.lexicon.set_phrases,
        "ngram_max": model.characters.ngram_max,
        "marks": model.characters.marks,
        "calibrated": model.classifier.calibrated if model.classifier else False,
    }
    extra |= register_words
    if model.topics.codes:
        extra["topic_codes"] = model.topics.codes
    texts = {
        "vocab.txt": _lines(model.vocabulary.terms),
        "stop_words.txt": _lines(sorted(model.lexicon.stop_words)),
        "model.json": orjson.dumps(extra, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2).decode() + "\n",
        SELFTEST: selftest,
    }
    described: dict[str, JSON] = {
        "kind": KIND,
        "components": _components(arrays, texts),
        "text": {"segmenter": engine},
        "corpus": {"documents": model.facts.n_documents, "digest": model.facts.corpus_digest},
        "params": {"topics": len(model.topics.doc_topic_prior), "terms": len(model.vocabulary.terms)},
        "trained_with": dict(trained_with),
        "seed": str(model.settings.seed),
    }
    return Parts(arrays, texts, described)


def _take_register_apart(
    register: TopicRegister | None,
) -> tuple[dict[str, NDArray[Any]], dict[str, tuple[str, ...]]]:
    """Arrays of the register, and its words for `model.json`; nothing where ids are numbers."""
    if register is None:
        return {}, {}
    arrays: dict[str, NDArray[Any]] = {
        "register.id": register.ids,
        "register.parent": register.parents,
        "register.shown_as": register.shown_as,
        "register.hidden": register.hidden.astype(np.uint8),
        "register.next": np.array([register.next_id], dtype=np.int64),
    }
    return arrays, {"topic_notes": register.notes, "topic_made_names": register.made_names}


def _components(arrays: Mapping[str, object], texts: Mapping[str, str]) -> list[JSON]:
    """List components by the first word of their arrays' names, so that a reader of the manifest sees what there is."""
    kinds = sorted({name.split(".")[0] for name in arrays})
    listed: list[JSON] = [
        {"kind": f"{k}.v1", "arrays": [*sorted(n for n in arrays if n.split(".")[0] == k)]} for k in kinds
    ]
    listed.append({"kind": "texts.v1", "texts": [*sorted(texts)]})
    return listed


def _lines(words: list[str] | tuple[str, ...]) -> str:
    return "".join(f"{word}\n" for word in words)


def put_together(bundle: Bundle) -> Model:
    """Rebuild the model of an opened bundle.

    Raises
    ------
    BundleError
        The bundle is of another kind, or an array or text is missing or does not fit the others.
    """
    if bundle.manifest.kind != KIND:
        raise BundleError(
            f"{bundle.path}: expected a bundle of kind {KIND}, got {bundle.manifest.kind!r:.60}; train again"
        )
    take = _Taker(bundle)
    extra = _read_extra(bundle)
    terms = tuple(take.words("vocab.txt"))
    n_terms = len(terms)
    keys = take.array("characters.keys", np.int64, (None,))
    take.demand(bool((np.diff(keys) > 0).all()), "characters.keys", "keys that rise")
    n_ngrams = len(keys)
    phi = take.array("lda.topic_term", np.float32, (None, n_terms))
    n_topics = len(phi)
    take.shares("lda.topic_term", phi)
    alpha = take.above("lda.alpha", take.array("lda.alpha", np.float64, (n_topics,)))
    beta = take.above("lda.beta", take.array("lda.beta", np.float64, (1,)))
    latent = take.array("latent.components", np.float32, (None, n_ngrams + n_terms))
    taxonomy = _taxonomy(extra, take)
    n_codes = len(taxonomy.codes) if taxonomy else 0
    centres = take.array("clusters.centres", np.float32, (None, len(latent) + n_topics))
    return Model(
        settings=extra.settings,
        lexicon=_lexicon(extra, take),
        taxonomy=taxonomy,
        vocabulary=Vocabulary(terms),
        word_idf=take.above("tfidf.words.idf", take.array("tfidf.words.idf", np.float32, (n_terms,))),
        characters=CharacterVocabulary(keys, extra.ngram_max, extra.marks),
        character_idf=take.above("tfidf.characters.idf", take.array("tfidf.characters.idf", np.float32, (n_ngrams,))),
        topics=TopicModel(phi, alpha, float(beta[0]), _topic_codes(extra, take, taxonomy, n_topics)),
        latent=LatentSpace(latent),
        clusters=Clusters(centres, _mixture(take, len(centres), n_terms), _directions(take, len(centres), len(latent))),
        cluster_map=_group_map(take, "clusters", len(centres), n_codes),
        topic_map=_group_map(take, "topics", n_topics, n_codes),
        classifier=_classifier(take, extra, (n_ngrams, n_terms, n_codes, len(latent), n_topics), n_codes),
        out_of_fold=_out_of_fold(take, n_codes, len(centres), n_topics),
        facts=_facts(extra, take, n_topics, len(centres)),
        documents=take.array("corpus.documents", np.int64, (None, 2)) if take.has("corpus.documents") else None,
        topic_register=_register(take, extra, n_topics),
        drift=_drift(take, n_terms, n_codes),
    )


class _Taker:
    """Arrays and texts by name, each checked for type, shape and values as it is taken."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle

    def has(self, name: str) -> bool:
        return name in self._bundle.arrays

    def demand(self, fits: bool, name: str, expected: str) -> None:
        if not fits:
            raise BundleError(
                f"{self._bundle.path}: {name} does not hold {expected}; the bundle is damaged, train again"
            )

    def array(self, name: str, dtype: type[np.generic], shape: tuple[int | None, ...]) -> NDArray[Any]:
        self.demand(self.has(name), name, "its array")
        found = self._bundle.arrays[name]
        fits = found.dtype == dtype and len(found.shape) == len(shape)
        fits = fits and all(want in (None, got) for want, got in zip(shape, found.shape, strict=True))
        wanted = " x ".join("n" if n is None else str(n) for n in shape)
        self.demand(fits, name, f"{np.dtype(dtype)} of shape {wanted} (it is {found.dtype} of {found.shape})")
        return found

    def shares(self, name: str, matrix: NDArray[Any]) -> None:
        sums = matrix.sum(axis=1, dtype=np.float64)
        fits = bool((matrix >= 0).all()) and bool((np.abs(sums - 1) <= _SUM_TOLERANCE).all())
        self.demand(fits, name, "rows of shares that sum to 1")

    def above(self, name: str, numbers: NDArray[Any]) -> NDArray[Any]:
        self.demand(bool((numbers > 0).all()), name, "positive numbers")
        return numbers

    def within(self, name: str, numbers: NDArray[np.int64], low: int, n: int) -> NDArray[np.int64]:
        self.demand(bool(((numbers >= low) & (numbers < n)).all()), name, f"numbers from {low} to {n - 1}")
        return numbers

    def words(self, name: str) -> list[str]:
        self.demand(name in self._bundle.texts, name, "its word list")
        words = self._bundle.texts[name].split("\n")
        self.demand(words[-1] == "" and all(words[:-1]), name, "one word a line")
        self.demand(len(set(words)) == len(words), name, "each word once")
        return words[:-1]


def _lexicon(extra: _Extra, take: _Taker) -> Lexicon:
    words = [word for word, _ in extra.user_words] + [place for place, _ in extra.places]
    take.demand(
        all(map(is_user_word, [*words, *extra.approved, *extra.rejected])),
        "model.json",
        "user words, decided terms and places of letters, digits and Han",
    )
    take.demand(all(map(is_set_phrase, extra.set_phrases)), "model.json", "set phrases of Han characters")
    return Lexicon(
        tuple((word, frequency) for word, frequency in extra.user_words),
        frozenset(take.words("stop_words.txt")),
        tuple((place, parent) for place, parent in extra.places),
        extra.approved,
        extra.rejected,
        extra.set_phrases,
    )


def _read_extra(bundle: Bundle) -> _Extra:
    where = str(bundle.path / "model.json")
    try:
        return _Extra.model_validate(orjson.loads(bundle.texts["model.json"]))
    except orjson.JSONDecodeError:
        raise BundleError(f"{where}: is not JSON; the bundle is damaged, train again") from None
    except KeyError:
        raise BundleError(f"{where}: is missing; the bundle is damaged, train again") from None
    except ValidationError as error:
        fault = error.errors()[0]
        key = ".".join(map(str, fault["loc"]))
        raise BundleError(f"{where}: key {key!r:.80}: {fault['msg']}; the bundle is damaged, train again") from None


def _taxonomy(extra: _Extra, take: _Taker) -> Taxonomy | None:
    if extra.taxonomy is None:
        return None
    try:
        taxonomy = TypeAdapter(Taxonomy).validate_python(extra.taxonomy)
    except ValidationError as error:
        raise BundleError(f"model.json: the taxonomy is damaged ({error.errors()[0]['msg']}); train again") from None
    codes = taxonomy.codes
    take.demand(
        len(set(codes)) == len(codes) and sorted(taxonomy.tie_break) == sorted(codes), "taxonomy", "each code once"
    )
    return taxonomy


def _facts(extra: _Extra, take: _Taker, n_topics: int, n_clusters: int) -> Facts:
    try:
        facts = TypeAdapter(Facts).validate_python(extra.facts)
    except ValidationError as error:
        raise BundleError(f"model.json: the facts are damaged ({error.errors()[0]['msg']}); train again") from None
    lengths = {len(facts.topic_names), len(facts.coherence_npmi), len(facts.coherence_c_v)}
    take.demand(lengths == {n_topics}, "facts", f"figures for {n_topics} topics")
    take.demand(len(facts.cluster_names) in {0, n_clusters}, "facts", f"names of {n_clusters} clusters")
    take.demand(len(facts.topic_shares) in {0, n_topics}, "facts", f"shares of {n_topics} topics")
    steady = facts.topic_stability
    fits = len(steady) in {0, n_topics} and all(value is None or 0 <= value <= 1 for value in steady)
    take.demand(fits, "facts", f"the stability, from 0 to 1, of {n_topics} topics")
    return facts


def _topic_codes(extra: _Extra, take: _Taker, taxonomy: Taxonomy | None, n_topics: int) -> tuple[str, ...]:
    """Code of each guided topic; none in bundles of models that nothing guided."""
    codes = tuple(extra.topic_codes)
    known = {"", *(taxonomy.codes if taxonomy else ())}
    take.demand(len(codes) <= n_topics and set(codes) <= known, "model.json", "codes of the taxonomy for guided topics")
    return codes


def _register(take: _Taker, extra: _Extra, n_topics: int) -> TopicRegister | None:
    if not take.has("register.id"):
        return None
    next_id = int(take.array("register.next", np.int64, (1,))[0])
    ids = take.within("register.id", take.array("register.id", np.int64, (n_topics,)), 0, next_id)
    take.demand(len(np.unique(ids)) == n_topics, "register.id", "each id once")
    shown_as = take.within("register.shown_as", take.array("register.shown_as", np.int64, (n_topics,)), 0, n_topics)
    take.demand(np.array_equal(shown_as[shown_as], shown_as), "register.shown_as", "topics that are shown themselves")
    words = (extra.topic_notes, extra.topic_made_names)
    take.demand(all(len(w) == n_topics for w in words), "model.json", f"notes and names of {n_topics} topics")
    return TopicRegister(
        ids=ids,
        parents=take.within("register.parent", take.array("register.parent", np.int64, (n_topics,)), 0, next_id),
        shown_as=shown_as,
        hidden=take.array("register.hidden", np.uint8, (n_topics,)).astype(np.bool_),
        made_names=tuple(extra.topic_made_names),
        notes=tuple(extra.topic_notes),
        next_id=next_id,
    )


def _group_map(take: _Taker, name: str, n_groups: int, n_codes: int) -> GroupMap | None:
    if not take.has(f"{name}.counts"):
        return None
    counts = take.array(f"{name}.counts", np.int64, (n_groups, n_codes))
    take.demand(bool((counts >= 0).all()), f"{name}.counts", "counts")
    purity = take.array(f"{name}.purity", np.float64, (n_groups,))
    take.demand(bool(((purity >= 0) & (purity <= 1)).all()), f"{name}.purity", "shares")
    code = take.within(f"{name}.code", take.array(f"{name}.code", np.int64, (n_groups,)), -1, n_codes)
    return GroupMap(counts, code, purity)


def _drift(take: _Taker, n_terms: int, n_codes: int) -> DriftReference | None:
    if not take.has("drift.table"):
        return None
    table = take.array("drift.table", np.float64, (5, 2 + n_codes))
    take.demand(bool((np.isfinite(table) & (table >= 0)).all()), "drift.table", "means and variances")
    counts = take.array("drift.terms", np.int64, (n_terms,))
    take.demand(bool(((counts >= 0) & (counts < 2**40)).all()), "drift.terms", "counts")
    units = int(take.array("drift.units", np.int64, (1,))[0])
    take.demand(2 <= units <= 2**40, "drift.units", "a number of documents")
    return DriftReference(table, units, counts)


def _directions(take: _Taker, n_clusters: int, n_latent: int) -> NDArray[np.float32] | None:
    if not take.has("clusters.directions"):
        return None
    return take.array("clusters.directions", np.float32, (n_clusters, n_latent))


def _mixture(take: _Taker, n_clusters: int, n_terms: int) -> Mixture | None:
    if not take.has("clusters.term_scores"):
        return None
    return Mixture(
        take.array("clusters.term_scores", np.float32, (n_clusters, n_terms)),
        take.array("clusters.bias", np.float32, (n_clusters,)),
    )


def _classifier(take: _Taker, extra: _Extra, widths: tuple[int, ...], n_codes: int) -> Classifier | None:
    if not take.has("linear.bias"):
        return None
    blocks = tuple(
        take.array(f"linear.{name}", np.float32, (width, n_codes)) for name, width in zip(NAMES, widths, strict=True)
    )
    factor = float(take.array("linear.factor", np.float64, (1,))[0])
    take.demand(factor > 0, "linear.factor", "a positive number")
    return Classifier(blocks, take.array("linear.bias", np.float64, (n_codes,)), factor, extra.calibrated)


def _out_of_fold(take: _Taker, n_codes: int, n_clusters: int, n_topics: int) -> OutOfFold | None:
    if not take.has("held.hand"):
        return None
    take.demand(take.has("linear.bias"), "linear.bias", "the classifier that the held-out answers belong to")
    hand = take.within("held.hand", take.array("held.hand", np.int64, (None,)), 0, n_codes)
    n = len(hand)
    probability = take.array("held.probability", np.float64, (n, n_codes))
    take.shares("held.probability", probability)
    return OutOfFold(
        digest=take.array("held.digest", np.int64, (n,)),
        hand=hand,
        group=take.within("held.group", take.array("held.group", np.int64, (n,)), 0, n),
        probability=probability,
        kept=take.array("held.kept", np.uint8, (n,)).astype(np.bool_),
        vote=take.within("held.vote", take.array("held.vote", np.int64, (n,)), -1, n_codes),
        plain=take.within("held.plain", take.array("held.plain", np.int64, (n,)), 0, n_codes),
        majority=take.within("held.majority", take.array("held.majority", np.int64, (n,)), 0, n_codes),
        cluster=take.within("held.cluster", take.array("held.cluster", np.int64, (n,)), -1, n_clusters),
        topic=take.within("held.topic", take.array("held.topic", np.int64, (n,)), -1, n_topics),
        fate=(
            take.within("held.fate", take.array("held.fate", np.int64, (n,)), 0, len(FATES) + 1)
            if take.has("held.fate")
            else None
        ),
    )
