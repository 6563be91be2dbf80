"""Guided topics and their stability in training: planted themes are found under their codes and come back."""

import random
from dataclasses import replace

import numpy as np
import pytest

from qztopics.bundle.components import put_together, take_apart
from qztopics.bundle.reader import open_bundle
from qztopics.bundle.store import publish
from qztopics.corpus.read import read_texts
from qztopics.errors import BundleError, SettingsError
from qztopics.model import as_shown
from qztopics.pipeline.topic_edits import Lineage, apply_edits
from qztopics.pipeline.topic_fit import known_stability
from qztopics.pipeline.topic_table import topic_table
from qztopics.pipeline.train import train
from qztopics.policy.taxonomy import PolicyTopic, Taxonomy, taxonomy_from_labels
from qztopics.report.group_part import topic_lines
from qztopics.settings import Settings
from qztopics.topics.edits import parse
from qztopics.topics.register import plain_register
from qztopics.topics.stability import STABLE
from tests.conftest import WORDS

pytestmark = pytest.mark.slow

ABSENT = "没有的词"
SHARED = {"education": ["课堂"], "rural": ["课堂"]}


def taxonomy_of(words=WORDS):
    """Codes in another order than the themes were planted in, one word of two codes, one that never occurs, `other`."""
    topics = [PolicyTopic(c, f"{c}题", c, "", "", (*words[c][:4], *SHARED.get(c, ()))) for c in reversed(words)]
    topics[0] = replace(topics[0], seed_terms=(*topics[0].seed_terms, ABSENT))
    topics.insert(1, PolicyTopic("other", "其他", "Other", "", "", ("目前",)))
    return Taxonomy(tuple(topics), tuple(t.code for t in topics))


CODES = tuple(reversed(WORDS))


def asked(settings, **changes):
    return settings.model_copy(update={"topics": settings.topics.model_copy(update=changes)})


def trained(planted, lexicon, settings, edits="", jobs=1, taxonomy=None):
    told = []
    lineage = Lineage(edits=parse(edits, "edits"), tell=told.append)
    model, _ = train(
        planted[0], [], taxonomy or taxonomy_of(), lexicon, asked(settings, guided=True), jobs=jobs, lineage=lineage
    )
    return model, told


@pytest.fixture(scope="module")
def guided(planted, lexicon, settings):
    return trained(planted, lexicon, settings)


def top_words(model, k, n=5):
    row = model.topics.topic_term_matrix[k]
    return {model.vocabulary.terms[i] for i in np.argsort(-row)[:n]}


def test_guided_topics_come_first_in_the_order_of_the_codes_and_hold_their_words(guided):
    model, _ = guided
    assert model.topics.codes == CODES
    for k, code in enumerate(CODES):
        assert top_words(model, k) <= set(WORDS[code])
    assert [entry.code for entry in topic_table(model)] == [*CODES, None, None, None]
    assert [line.guide_name for line in topic_lines([], model)] == [*(f"{c}题" for c in CODES), "", "", ""]


def test_the_check_of_seed_terms_is_told_and_kept(guided):
    model, told = guided
    check = model.facts.seeds
    assert [code.code for code in check.codes] == list(CODES), "all codes but other"
    assert check.codes[0].absent == (ABSENT,)
    assert check.shared == (("课堂", ("rural", "education")),)
    assert check.silent == ()
    assert told[:2] == [f"{line}" for line in check.lines()]
    assert ABSENT in told[1]


def test_without_the_setting_nothing_is_guided(planted, lexicon, settings):
    model, _ = train(planted[0], [], taxonomy_of(), lexicon, settings)
    assert model.topics.codes == ()
    assert model.facts.seeds is None
    assert all(entry.code is None for entry in topic_table(model))


def test_planted_themes_are_stable_and_topics_of_noise_are_not(planted, lexicon, settings):
    told = []
    model, _ = train(planted[0], [], None, lexicon, asked(settings, n_topics=3), lineage=Lineage(tell=told.append))
    assert min(model.facts.topic_stability) > 0.6
    assert all(entry.stable for entry in topic_table(model))
    assert "3 of 3 are stable in 3 fits of articles drawn again" in told
    rng = random.Random(7)
    # Of many words: of twenty, any two sets of ten have a third of their words in common.
    every = [word for word, _ in lexicon.user_words if not word.isascii()][:300]
    noise = read_texts([(f"文{k:03d}", "，".join(rng.choices(every, k=25)) + "。") for k in range(120)])
    found, _ = train(noise, [], None, lexicon, asked(settings, n_topics=6))
    assert np.mean(found.facts.topic_stability) < STABLE
    assert not all(entry.stable for entry in topic_table(found))


def test_a_few_articles_and_gensim_have_no_figures(planted, lexicon, settings):
    rng = random.Random(2)
    few = read_texts([(f"文{k}", "".join(rng.choices(WORDS["rural"], k=20)) + "。") for k in range(7)])
    model, _ = train(few, [], None, lexicon, asked(settings, n_topics=2))
    assert model.facts.topic_stability == ()
    assert [entry.stability for entry in topic_table(model)] == [None, None]
    theirs, _ = train(planted[0], [], None, lexicon, asked(settings, engine="gensim", n_topics=3))
    assert theirs.facts.topic_stability == ()


def test_of_many_passages_a_sample_of_articles_is_drawn_again_and_that_is_said(planted, lexicon, settings, monkeypatch):
    monkeypatch.setattr("qztopics.pipeline.topic_fit.RESAMPLED_MAX", 60)
    told = []
    model, _ = train(planted[0], [], None, lexicon, asked(settings, n_topics=3), lineage=Lineage(tell=told.append))
    assert len(model.facts.topic_stability) == 3
    assert any(said.endswith("each of about 60 of the 120 passages") for said in told)


def test_no_byte_depends_on_the_jobs(guided, planted, lexicon, settings):
    model, _ = guided
    other, _ = trained(planted, lexicon, settings, jobs=2)
    assert other.topics.topic_term_matrix.tobytes() == model.topics.topic_term_matrix.tobytes()
    assert other.facts == model.facts


def test_parts_of_a_split_topic_keep_its_code_and_have_no_figure(guided, planted, lexicon, settings):
    whole, _ = guided
    model, _ = trained(planted, lexicon, settings, edits="[[topic]]\nid = 1\nsplit = 2\n")
    assert model.topics.codes == (*CODES, "", "", "", CODES[1])
    figures = model.facts.topic_stability
    assert (figures[1], figures[6]) == (None, None)
    assert figures[0] == whole.facts.topic_stability[0]
    assert [entry.code for entry in topic_table(model)] == [*CODES, None, None, None, CODES[1]]


def test_a_merged_topic_keeps_the_code_of_its_first_part_and_loses_the_figure(guided):
    merged = as_shown(apply_edits(guided[0], parse("[[merge]]\nids = [0, 4]\n", "edits")))
    assert merged.topics.codes == CODES
    assert (merged.facts.topic_stability[0], merged.facts.topic_stability[4]) == (None, None)
    assert merged.facts.topic_stability[1] == guided[0].facts.topic_stability[1]


def test_known_stability_of_nothing_is_nothing():
    assert known_stability((), plain_register(3)) == ()
    assert known_stability((0.5, 0.25), plain_register(2)) == (0.5, 0.25)


@pytest.mark.parametrize(
    ("changes", "taxonomy", "said"),
    [
        ({"n_topics": 2}, taxonomy_of(), "3 codes with 1 guided topics each need 3 or more"),
        ({"n_topics": 6, "topics_per_code": 3}, taxonomy_of(), "need 9 or more"),
        ({"engine": "gensim"}, taxonomy_of(), "cannot be guided"),
        ({}, None, "no seed terms"),
        ({}, taxonomy_from_labels(["a", "b"]), "no seed terms"),
    ],
)
def test_what_cannot_be_guided_is_refused_in_one_sentence(planted, lexicon, settings, changes, taxonomy, said):
    with pytest.raises(SettingsError, match=said):
        train(planted[0], [], taxonomy, lexicon, asked(settings, guided=True, **changes))


@pytest.mark.parametrize("per_code", [1, 10])
def test_without_a_number_there_is_room_for_the_guided_topics_and_others(planted, lexicon, settings, per_code):
    told = []
    chosen = asked(settings, guided=True, n_topics=None, topics_per_code=per_code)
    model, _ = train(planted[0], [], taxonomy_of(), lexicon, chosen, lineage=Lineage(tell=told.append))
    n_topics = len(model.topics.doc_topic_prior)
    if per_code == 10:
        assert n_topics == 36
        assert "raised to 36: 30 are guided, 6 are for text that the codes do not name" in told
    else:
        assert n_topics > 3
        assert not any(said.startswith("raised") for said in told)


def test_fewer_passages_than_guided_topics(lexicon):
    """Nothing is learned of codes that the text does not hold, and training does not fail."""
    rng = random.Random(5)
    tiny = read_texts([(f"文{k}", "".join(rng.choices(WORDS["health"], k=30)) + "。") for k in range(3)])
    model, _ = train(tiny, [], taxonomy_of(), lexicon, Settings(topics={"guided": True, "sweeps": 10}))
    assert model.topics.codes == CODES
    assert set(model.facts.seeds.silent) == {"rural", "education"}


def published(model, folder, change):
    parts = take_apart(model, selftest="{}\n", engine="rjieba-0", trained_with={"numpy": "2"})
    texts = {**parts.texts, "model.json": change(parts.texts["model.json"])}
    publish(
        folder, "m", arrays=parts.arrays, texts=texts, described=parts.described, provenance={}, check=lambda _: None
    )
    return put_together(open_bundle(folder / "m"))


def test_codes_seed_check_and_stability_are_kept_in_the_bundle(guided, tmp_path):
    found = published(guided[0], tmp_path, lambda text: text)
    assert found.topics.codes == CODES
    assert found.facts == guided[0].facts


def test_a_bundle_of_an_earlier_version_opens(guided, tmp_path):
    import orjson

    def earlier(text):
        kept = orjson.loads(text)
        del kept["topic_codes"], kept["facts"]["topic_stability"], kept["facts"]["seeds"]
        return orjson.dumps(kept).decode()

    found = published(guided[0], tmp_path, earlier)
    assert (found.topics.codes, found.facts.topic_stability, found.facts.seeds) == ((), (), None)
    assert topic_table(found)[0].stability is None


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("topic_codes", ["rural", "unknown"], "codes of the taxonomy"),
        ("topic_codes", ["rural"] * 7, "codes of the taxonomy"),
        ("topic_stability", [0.5] * 5, "stability"),
        ("topic_stability", [1.5] * 6, "stability"),
        ("topic_stability", ["x"] * 6, "facts are damaged"),
        ("seeds", {"codes": 1}, "facts are damaged"),
    ],
)
def test_damaged_figures_are_refused(guided, tmp_path, key, value, said):
    import orjson

    def damaged(text):
        kept = orjson.loads(text)
        (kept if key == "topic_codes" else kept["facts"])[key] = value
        return orjson.dumps(kept).decode()

    with pytest.raises(BundleError, match=said):
        published(guided[0], tmp_path, damaged)


def test_an_unguided_model_is_stored_without_codes(planted, lexicon, settings):
    model, _ = train(planted[0], [], None, lexicon, settings)
    assert '"topic_codes"' not in take_apart(model, selftest="", engine="", trained_with={}).texts["model.json"]


def test_more_topics_than_passages_are_told_of(planted, lexicon, settings):
    told = []
    corpus = replace(planted[0], articles=planted[0].articles[:12], passages=planted[0].passages[:12])
    train(corpus, [], None, lexicon, asked(settings, n_topics=30, sweeps=5), lineage=Lineage(tell=told.append))
    assert any(line.startswith("30 are more than the 12 passages") for line in told)
