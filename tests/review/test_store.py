"""The store: what is answered stays, versions decide, undo restores, coders are apart."""

import secrets
import sqlite3
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from server import CODES, invented

from qztopics.errors import DataError, OutputError
from qztopics.pipeline.corrections import Correction
from qztopics.pipeline.suggest import Narrowing
from qztopics.review.items import Answer, Said, StaleVersionError, UnknownItemError
from qztopics.review.store import FILE, Store, open_store


def say(store: Store, item: int, version: int, code: str | None, coder: str = "甲", **more) -> Answer:
    request = more.pop("request", secrets.token_hex(16))
    return store.answer(Said(item, coder, version, code, more.get("secondary", ()), more.get("note", ""), request))


def take_back(store: Store, item: int, version: int, coder: str = "甲") -> Answer:
    return store.undo(item, coder, version, secrets.token_hex(16))


def test_an_answer_says_what_was_done(store):
    (one, item), (two, _), (three, _) = store.queue()[:3]
    assert store.present(one, "甲") == Answer()
    assert say(store, one, 0, item.proposed).action == "accept"
    assert say(store, two, 0, "other", secondary=("health",), note="存疑") == Answer(
        1, "change", "other", ("health",), "存疑"
    )
    assert say(store, three, 0, None).action == "skip"
    assert [line[1:] for line in store.progress("甲").answers[:4]] == [
        (1, "accept"), (1, "change"), (1, "skip"), (0, None),
    ]  # fmt: skip


def test_a_stale_version_is_refused_with_the_present_answer(store):
    first = say(store, 1, 0, "health")
    with pytest.raises(StaleVersionError) as refused:
        say(store, 1, 0, "rural")
    assert refused.value.present == first == store.present(1, "甲")
    with pytest.raises(StaleVersionError):
        say(store, 1, 7, "rural")
    with pytest.raises(StaleVersionError):
        take_back(store, 1, 0)


def test_the_same_request_counts_once(store):
    first = say(store, 1, 0, "health", request="a" * 32)
    assert say(store, 1, 0, "health", request="a" * 32) == first
    assert store.present(1, "甲").version == 1
    with pytest.raises(DataError, match="not saved"):
        say(store, 2, 0, "health", request="a" * 32)


def test_undo_walks_back_through_all_that_was_said(store):
    say(store, 1, 0, "health")
    say(store, 2, 0, "rural", note="后来")
    say(store, 1, 1, "other", note="改口")
    assert store.progress("甲").last == (1, 2)
    assert take_back(store, 1, 2) == Answer(3, "change", "health", (), "")
    assert store.progress("甲").last == (2, 1)
    assert take_back(store, 2, 1) == Answer(2)
    assert store.progress("甲").last == (1, 3)
    assert take_back(store, 1, 3) == Answer(4)
    assert store.progress("甲").last is None
    with pytest.raises(StaleVersionError):
        take_back(store, 1, 4)
    assert say(store, 1, 4, "rural").version == 5
    assert take_back(store, 1, 5) == Answer(6)


def test_coders_are_kept_apart(store):
    say(store, 1, 0, "health", "甲")
    say(store, 1, 0, "rural", "乙")
    assert (store.present(1, "甲").code, store.present(1, "乙").code) == ("health", "rural")
    take_back(store, 1, 1, "乙")
    assert store.present(1, "甲").code == "health"
    assert store.coders() == ("乙", "甲")


def test_corrections_are_what_stands_in_the_order_it_was_said(store):
    item = dict(store.queue())[1]
    say(store, 2, 0, "other", "乙")
    say(store, 1, 0, "health", "甲")
    say(store, 1, 1, "rural", "甲", secondary=("other",), note="看上文")
    say(store, 3, 0, "rural", "甲")
    take_back(store, 3, 1)
    say(store, 4, 0, None, "甲")
    found = store.corrections()
    assert [(c.code, c.coder) for c in found] == [("other", "乙"), ("rural", "甲"), ("", "甲")]
    assert found[1] == Correction(*item.place, item.text, "rural", ("other",), "甲", "看上文", item.proposed)


def test_a_passage_without_a_place_has_none_in_its_correction(store):
    store.fill([replace(invented(1)[0], place=None)], "by text", "v1")
    say(store, store.queue()[0][0], 0, "health")
    assert (store.corrections()[0].source, store.corrections()[0].start) == (None, None)


def test_reopening_goes_on_and_a_new_model_finds_its_passages_again(tmp_path):
    path = tmp_path / "reports" / FILE
    with open_store(path) as store:
        assert store.queue_key() is None
        store.fill(invented(6), "one", "v1", Narrowing(3, 2, None, 0.2))
        numbers = {item.text: number for number, item in store.queue()}
        say(store, numbers["第3段渔港学校"], 0, "other")
    moved = [replace(i, passage_id=f"new/{k}", proposed="other") for k, i in enumerate(invented(8)[3:])]
    with open_store(path) as store:
        assert (store.queue_key(), store.narrowing()) == ("one", Narrowing(3, 2, None, 0.2))
        store.fill(moved, "two", "v2")
        again = {item.text: (number, item.passage_id, item.proposed) for number, item in store.queue()}
        assert [item.passage_id for _, item in store.queue()] == [f"new/{k}" for k in range(5)]
        assert again["第3段渔港学校"] == (numbers["第3段渔港学校"], "new/0", "other")
        assert store.present(numbers["第3段渔港学校"], "甲").code == "other"
        assert store.progress("甲").answers[0] == (numbers["第3段渔港学校"], 1, "change")
        # Another text at the same place is another passage.
        store.fill([replace(moved[0], text="另一段")], "three", "v3")
        assert store.queue()[0][0] not in numbers.values()
        assert store.corrections()[0].text == "第3段渔港学校"


def test_answers_are_on_the_disk_before_they_are_acknowledged_and_only_added_to(store, tmp_path):
    say(store, 1, 0, "health")
    pragmas = {
        name: store._connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys")
    }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    other = sqlite3.connect(tmp_path / FILE)
    assert other.execute("SELECT COUNT(*) FROM answers").fetchone() == (1,)
    for change in ("UPDATE answers SET code = 'rural'", "DELETE FROM answers"):
        with pytest.raises(sqlite3.IntegrityError, match="only added"):
            other.execute(change)
    other.close()
    with pytest.raises(UnknownItemError):
        say(store, 999, 0, "health")


def test_two_programs_at_one_file_do_not_overwrite_each_other(store, tmp_path):
    with open_store(tmp_path / FILE) as other:
        say(other, 1, 0, "health")
        with pytest.raises(StaleVersionError):
            say(store, 1, 0, "rural")
        assert say(store, 1, 1, "rural") == other.present(1, "甲")


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"not a database at all, but long enough to be taken for one" * 20, DataError, "not a review"),
        ("CREATE TABLE t (a)", DataError, "not of a review"),
        ("PRAGMA application_id = 1901744726; PRAGMA user_version = 99; CREATE TABLE t (a)", DataError, "format 99"),
        (None, OutputError, "not a regular file"),
    ],
)  # fmt: skip
def test_what_is_no_review_is_refused_and_left_alone(tmp_path, content, error, words):
    path = tmp_path / FILE
    if content is None:
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    else:
        made = sqlite3.connect(path)
        made.executescript(content)
        made.close()
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(error, match=words), open_store(path):
        pass
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_damaged_review_is_refused(tmp_path):
    path = tmp_path / FILE
    with open_store(path) as store:
        store.fill(invented(300), "key", "v1")
    raw = bytearray(path.read_bytes())
    raw[5 * 4096 : 9 * 4096] = b"\xff" * (4 * 4096)
    path.write_bytes(raw)
    with pytest.raises(DataError), open_store(path):
        pass


class Answering(RuleBasedStateMachine):
    """Two coders in two windows each; the model is a list of everything that was said, and a stack of what stands."""

    items = (1, 2, 3)
    coders = ("甲", "乙")
    where = st.tuples(st.sampled_from(items), st.sampled_from(coders))

    @initialize()
    def open(self) -> None:
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / FILE
        self.context = open_store(self.path)
        self.store = self.context.__enter__()
        self.store.fill(invented(3), "key", "v1")
        self.version = dict.fromkeys([(i, c) for i in self.items for c in self.coders], 0)
        self.standing: dict[tuple[int, str], list[tuple[str | None, str]]] = {key: [] for key in self.version}
        self.order: list[tuple[int, str]] = []

    def teardown(self) -> None:
        self.context.__exit__(None, None, None)
        self.folder.cleanup()

    @rule(
        at=where,
        code=st.sampled_from((*CODES, None)),
        note=st.text(max_size=5),
        stale=st.sampled_from((0, 0, 0, -1, 1)),
    )
    def answer(self, at, code, note, stale) -> None:
        note = note.encode(errors="replace").decode()
        version = self.version[at] + stale
        if stale or version < 0:
            with pytest.raises(StaleVersionError):
                say(self.store, at[0], version, code, at[1], note=note)
            return
        say(self.store, at[0], version, code, at[1], note=note)
        self.version[at] += 1
        self.standing[at].append((code, note))
        self.order.append(at)

    @rule(at=where, stale=st.sampled_from((0, 0, -1, 1)))
    def undo(self, at, stale) -> None:
        version = self.version[at] + stale
        if stale or not self.standing[at]:
            with pytest.raises(StaleVersionError):
                take_back(self.store, at[0], version, at[1])
            return
        take_back(self.store, at[0], version, at[1])
        self.version[at] += 1
        self.standing[at].pop()
        self.order.reverse()
        self.order.remove(at)
        self.order.reverse()

    @rule()
    def reopen(self) -> None:
        self.context.__exit__(None, None, None)
        self.context = open_store(self.path)
        self.store = self.context.__enter__()

    @precondition(lambda self: hasattr(self, "store"))
    @invariant()
    def what_stands_is_what_was_said(self) -> None:
        for at, stack in self.standing.items():
            found = self.store.present(*at)
            assert found.version == self.version[at]
            assert (found.code, found.note) == (stack[-1] if stack else (None, ""))
            assert (found.action is None) == (not stack)
        for coder in self.coders:
            mine = [at for at in self.order if at[1] == coder]
            last = (mine[-1][0], self.version[mine[-1]]) if mine else None
            assert self.store.progress(coder).last == last
        assert len(self.store.corrections()) == sum(map(bool, self.standing.values()))


Answering.TestCase.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
TestAnswering = pytest.mark.slow(Answering.TestCase)
