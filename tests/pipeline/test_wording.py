"""The wording of a training corpus: what is counted, and what is left out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from qztopics.pipeline import wording
from qztopics.pipeline.wording import wording_of
from qztopics.records import Assignment, Passage
from qztopics.settings import Settings
from qztopics.text.lexicon import Lexicon

if TYPE_CHECKING:
    import pytest

FORMULA = "各部门要把渔港夜市办得红红火火"
OWN = ("水库清淤完工", "学校添了操场", "路灯换成新的", "茶农采摘春茶", "渔船按时返航", "医院开了夜诊", "古桥重新开放")


def passage(number: int, text: str, **changes: Any) -> Passage:
    given = {"source": f"{number % 2}.txt", "kind": "body", **changes}
    return Passage(f"p{number}", "", f"a{number}", "", spans=(), text=text, **given)


def model(**changes: Any) -> Any:
    lexicon = Lexicon(user_words=(("渔港夜市", 0),), set_phrases=("真抓实干",))
    return SimpleNamespace(settings=Settings(), lexicon=lexicon, taxonomy=SimpleNamespace(codes=("b", "a")), **changes)


def answers(passages: list[Passage]) -> Any:
    codes = [("a", "b", None)[i % 3] for i in range(len(passages))]
    return SimpleNamespace(assignments=[Assignment(policy_topic=code) for code in codes])


def test_body_text_of_first_printings_is_counted_by_topic_and_document() -> None:
    passages = [passage(i, f"{own}，{FORMULA}。") for i, own in enumerate(OWN)]
    passages += [passage(7, FORMULA, kind="headline"), passage(8, FORMULA, duplicate_of="p0")]
    found = wording_of(model(), passages, answers(passages))
    assert (found.n_passages, found.n_all, found.n_documents) == (7, 7, 2)
    assert [(p.text, p.n_articles) for p in found.set_phrases] == [(FORMULA, 7)]
    assert [(line.name, line.n_set) for line in found.codes] == [("b", 2 * len(FORMULA)), ("a", 3 * len(FORMULA))]
    assert found.whole.n_set == 7 * len(FORMULA)
    assert {line.name for line in found.documents} == {"0.txt", "1.txt"}
    assert (found.dictionary.n_words, found.dictionary.n_in_corpus, found.dictionary.cut) == (1, 1, ())


def test_of_a_large_corpus_an_even_sample_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    passages = [passage(i, FORMULA) for i in range(30)]
    monkeypatch.setattr(wording, "CHARACTERS_MAX", 10 * len(FORMULA))
    found = wording_of(model(), passages, answers(passages))
    assert (found.n_passages, found.n_all) == (10, 30)


def test_without_classes_and_without_text() -> None:
    plain = model()
    plain.taxonomy = None
    assert wording_of(plain, [], answers([])).codes == ()
