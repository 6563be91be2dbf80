"""Two models side by side: planted differences are found, named, and judged as far as the numbers carry."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from qztopics.evaluation.intervals import Interval
from qztopics.evaluation.labels import HandLabel
from qztopics.model import OutOfFold
from qztopics.pipeline.classify import classify, text_digests
from qztopics.pipeline.corrections import Correction, merge
from qztopics.pipeline.difference import Side, difference, mcnemar
from qztopics.pipeline.difference_note import difference_note, plain, verdict
from qztopics.pipeline.ingest import with_label_texts
from qztopics.pipeline.train import train
from qztopics.policy.taxonomy import taxonomy_from_labels
from qztopics.records import Corpus
from qztopics.rows import make_row


def fitted(labels, taxonomy, lexicon, chosen, name="m", version="a" * 32, rows=True) -> Side:
    corpus = with_label_texts(Corpus(), labels)
    model, _ = train(corpus, labels, taxonomy, lexicon, chosen)
    found = classify(model, corpus.passages, held_out=True).assignments
    made = [make_row(p, a) for p, a in zip(corpus.passages, found, strict=True)] if rows else None
    return Side(name, version, "2026-01-01T00:00:00Z", {"numpy": "2"}, model, made)


@pytest.fixture(scope="module")
def labels(planted):
    corpus, codes = planted
    return [HandLabel(p.text, code, line=k + 2) for k, (p, code) in enumerate(zip(corpus.passages, codes, strict=True))]


@pytest.fixture(scope="module")
def before(labels, planted, lexicon, settings):
    return fitted(labels, taxonomy_from_labels(planted[1]), lexicon, settings)


@pytest.fixture(scope="module")
def after(labels, planted, lexicon, settings):
    """Five labels corrected, one edited by hand, one removed, one added by a person, one confirmed."""
    said = [
        Correction(None, None, None, label.text, "rural", coder="张三")
        for label in labels[:15]
        if label.code == "health"
    ]
    said.append(Correction(None, None, None, labels[20].text, labels[20].code, coder="张三"))
    said.append(
        Correction(None, None, None, "今年新开学校门诊各一处,学生体检由校园医生负责。", "education", coder="张三")
    )
    new = list(merge(labels, said).labels)
    new[40] = replace(new[40], code="health" if new[40].code != "health" else "rural")
    del new[50]
    return fitted(new, taxonomy_from_labels(planted[1]), lexicon, settings, version="b" * 32)


@pytest.mark.slow
def test_a_model_does_not_differ_from_itself(before):
    found = difference(before, before)
    assert found.causes == ()
    assert found.labels.n_same == 120
    assert found.moves.n_moved == 0
    assert found.scores.accuracy_gain == found.scores.macro_f1_gain == Interval(0.0, 0.0, 0.0)
    assert found.scores.chance == 1
    assert found.unknown == ()
    note = difference_note(found)
    assert "one and the same version" in note
    assert "no difference to judge" in note


@pytest.mark.slow
def test_planted_label_changes_are_counted_and_traced_to_corrections(before, after):
    found = difference(before, after)
    labels = found.labels
    assert (labels.n_changed, labels.n_added, labels.n_removed) == (6, 1, 1)
    assert (labels.n_by_correction, labels.n_confirmed) == (6, 1)
    assert {(c.before, c.after) for c in labels.changes if c.correction == "changed"} == {("health", "rural")}
    assert [c.after for c in labels.changes if c.before == ""] == ["education"]
    assert [c.correction for c in labels.changes].count(None) == 2
    assert all(c.text for c in labels.changes)
    # A label by text is a text of the corpus as well.
    assert found.causes == ("the texts", "the hand labels")
    assert (found.texts.n_added, found.texts.n_removed, found.texts.n_changed) == (1, 1, 0)
    note = difference_note(found)
    for words in ("6 changed", "6 come from corrections and 1 from elsewhere", "confirmed 1", "change one at a time"):
        assert words in note


@pytest.mark.slow
def test_scores_are_paired_on_shared_passages_and_agree_with_a_plain_count(before, after):
    scores = difference(before, after).scores
    assert (scores.n_passages, scores.n_relabelled) == (119, 6)
    one, other = before.model.out_of_fold, after.model.out_of_fold
    row = {d: k for k, d in enumerate(one.digest.tolist())}
    right = [0, 0, 0, 0]
    for k, d in enumerate(other.digest.tolist()):
        if d in row:
            a, b = one.probability[row[d]].argmax() == other.hand[k], other.probability[k].argmax() == other.hand[k]
            right[2 * int(a) + int(b)] += 1
    assert (scores.n_only_first, scores.n_only_second) == (right[2], right[1])
    assert scores.accuracy == ((right[2] + right[3]) / 119, (right[1] + right[3]) / 119)
    assert scores.accuracy_gain.value == pytest.approx(scores.accuracy[1] - scores.accuracy[0])
    assert scores.chance == mcnemar(right[2], right[1])
    assert sum(move.support for move in scores.per_class) == 119


@pytest.mark.slow
def test_settings_taxonomy_lexicon_and_tools_are_named(before, labels, planted, lexicon, settings):
    taxonomy = taxonomy_from_labels([*planted[1], "新类"])
    topics = list(taxonomy.topics)
    topics[0] = replace(topics[0], seed_terms=(*topics[0].seed_terms, "校舍"), definition="另有说法")
    chosen = settings.model_copy(update={"topics": settings.topics.model_copy(update={"n_topics": 5})})
    words = replace(lexicon, stop_words=frozenset({*lexicon.stop_words, "目前的"}))
    other = replace(
        fitted(labels, replace(taxonomy, topics=tuple(topics)), words, chosen, version="c" * 32), tools={"numpy": "3"}
    )
    found = difference(before, other)
    assert found.causes == ("the program or its libraries", "settings", "the taxonomy", "the lexicon")
    assert [(v.name, v.before, v.after) for v in found.settings] == [("topics.n_topics", "6", "5")]
    assert {names.what for names in found.taxonomy} == {"codes", "seed terms of education"}
    assert [names.added for names in found.lexicon] == [("目前的",)]
    note = difference_note(found)
    for words in (
        "topics.n_topics",
        "新类",
        "目前的",
        "另有说法",
        "“2” → “3”",
    ):
        assert words in note


@pytest.mark.slow
def test_what_is_not_stored_is_said_and_not_guessed(before, after):
    no_rows = difference(replace(before, rows=None), replace(after, rows=None))
    assert no_rows.moves is None
    assert any("stored rows of neither" in s for s in no_rows.unknown)
    assert "What could not be compared" in difference_note(no_rows)
    one = difference(replace(before, rows=None), after)
    both = difference(before, after)
    assert one.moves.n_moved >= both.moves.n_moved
    assert any("asked about just now" in s for s in one.unknown)
    old = replace(after.model, documents=None, out_of_fold=replace(after.model.out_of_fold, fate=None))
    earlier = difference(before, replace(after, model=old))
    assert earlier.labels.n_by_correction is None
    assert earlier.texts.n_added is None
    assert len([s for s in earlier.unknown if "earlier version" in s]) == 2
    blank = difference(before, replace(after, model=replace(after.model, out_of_fold=None)))
    assert blank.labels is blank.scores is None
    assert difference_note(blank).count("Not compared") == 2


def held(codes, said, groups) -> OutOfFold:
    n = len(codes)
    probability = np.full((n, 3), 0.1)
    probability[np.arange(n), said] = 0.8
    nothing = np.zeros(n, np.int64)
    digest = text_digests([str(k) for k in range(n)])
    return OutOfFold(
        digest, np.array(codes), np.array(groups), probability, nothing > -1, *(nothing,) * 5, fate=nothing
    )


@pytest.mark.slow
def test_a_planted_gain_is_beyond_chance_and_a_planted_tie_is_not(before):
    codes = [k % 3 for k in range(90)]
    groups = [k // 3 for k in range(90)]
    wrong = [(c + 1) % 3 if k % 3 == 0 and k < 60 else c for k, c in enumerate(codes)]
    swapped = [(c + 1) % 3 if k in {80, 3} else c for k, c in enumerate(codes)]
    other = [(c + 1) % 3 if k in {81, 7} else c for k, c in enumerate(codes)]

    def compared(first, second, of=groups):
        sides = [
            replace(before, rows=None, model=replace(before.model, out_of_fold=held(codes, said, of)))
            for said in (first, second)
        ]
        return difference(*sides).scores

    assert "better, beyond chance" in verdict(compared(wrong, codes))
    assert "worse, beyond chance" in verdict(compared(codes, wrong))
    assert "within chance" in verdict(compared(swapped, other))
    assert "one article" in verdict(compared(wrong, codes, [0] * 90))
    assert "rough" in verdict(compared(wrong, codes, [k // 15 for k in range(90)]))


@settings(deadline=None)
@given(st.integers(0, 400), st.integers(0, 400))
def test_mcnemar_is_the_sign_test(first, second):
    expected = binomtest(first, first + second, 0.5).pvalue if first + second else 1.0
    assert mcnemar(first, second) == pytest.approx(expected)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_shown_as_text_on_one_line(text):
    shown = plain(text)
    assert "\n" not in shown
    assert shown.isprintable()
    bare = shown.replace("\\\\", "")
    for mark in "|<>`*[]":
        assert bare.count(mark) == bare.count(f"\\{mark}")
