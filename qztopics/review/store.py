"""The answers of a review: an SQLite file that is only added to.

An answer is on the disk before `answer` returns (write-ahead log, synchronous=FULL). Each names the version it was
based on; another than the present one is refused, so that two windows never overwrite each other. Coders are kept
apart. SQLite writes this file itself: the one exception to the rule that only `storage.py` writes.

Source: SQLite, Write-Ahead Logging, section 2, and PRAGMA synchronous.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from qztopics import storage
from qztopics.errors import DataError, OutputError, StorageError
from qztopics.pipeline.corrections import Correction
from qztopics.pipeline.suggest import Narrowing
from qztopics.review.items import Answer, Item, Progress, Said, StaleVersionError, UnknownItemError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

FILE = "review.sqlite"
APPLICATION = 0x715A5256  # "qZRV"
SCHEMA = 1
"""Raise it with a change that an older program cannot take, and keep a way up from the one before."""

_BUSY_SECONDS = 5.0

_TABLES = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE items (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  spans TEXT NOT NULL,
  digest TEXT NOT NULL,
  text TEXT NOT NULL,
  passage_id TEXT NOT NULL,
  place TEXT,
  proposed TEXT NOT NULL,
  probability REAL NOT NULL,
  runner_up TEXT,
  runner_up_probability REAL,
  reason TEXT NOT NULL,
  hand TEXT,
  position INTEGER,
  UNIQUE (source, spans, digest)
);
CREATE TABLE answers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  item INTEGER NOT NULL REFERENCES items (id),
  coder TEXT NOT NULL CHECK (coder <> ''),
  version INTEGER NOT NULL CHECK (version > 0),
  action TEXT NOT NULL CHECK (action IN ('accept', 'change', 'skip', 'undo')),
  code TEXT,
  secondary TEXT NOT NULL,
  note TEXT NOT NULL,
  stands INTEGER NOT NULL CHECK (stands BETWEEN 0 AND version),
  proposed TEXT NOT NULL,
  model TEXT NOT NULL,
  time TEXT NOT NULL,
  request TEXT NOT NULL UNIQUE,
  UNIQUE (item, coder, version)
);
CREATE TRIGGER answers_stay BEFORE UPDATE ON answers BEGIN SELECT RAISE(ABORT, 'answers are only added'); END;
CREATE TRIGGER answers_last BEFORE DELETE ON answers BEGIN SELECT RAISE(ABORT, 'answers are only added'); END;
"""

_NEWEST = """
SELECT a.* FROM answers a
WHERE NOT EXISTS (
  SELECT 1 FROM answers b WHERE b.item = a.item AND b.coder = a.coder AND b.version > a.version
)
"""
"""The newest row of each item and coder: its `stands` is the version whose answer counts, 0 for none."""


class Store:
    """An open review file; its methods may be called from several threads. Made by `open_store`."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection, self._path, self._lock = connection, path, threading.Lock()

    def close(self) -> None:
        """Fold the log into the file and let go of it."""
        with self._lock:
            self._connection.close()

    # --- the queue

    def queue_key(self) -> str | None:
        """What the queue was made from, as told to `fill`; None before the first."""
        with self._reading() as db:
            row = db.execute("SELECT value FROM facts WHERE name = 'queue'").fetchone()
        return None if row is None else str(row["value"])

    def narrowing(self) -> Narrowing | None:
        """What the new labels of the queue would do for the figures, as told to `fill`."""
        with self._reading() as db:
            row = db.execute("SELECT value FROM facts WHERE name = 'narrowing'").fetchone()
        told = None if row is None else json.loads(row["value"])
        return None if told is None else Narrowing(**told)

    def fill(self, items: Sequence[Item], key: str, model: str, narrowing: Narrowing | None = None) -> None:
        """Make these the queue, in their order. A passage that was there before keeps its number and its answers.

        Parameters
        ----------
        key
            What the queue was made from.
        model
            Version of the model that proposes.
        """
        with self._writing() as db:
            db.execute("UPDATE items SET position = NULL")
            for position, item in enumerate(items):
                values = _values(item) | {"position": position}
                names = ", ".join(values)
                marks = ", ".join(f":{name}" for name in values)
                changed = ", ".join(f"{name} = :{name}" for name in values if name not in {"source", "spans", "digest"})
                db.execute(
                    f"INSERT INTO items ({names}) VALUES ({marks}) "  # noqa: S608 - our own column names
                    f"ON CONFLICT (source, spans, digest) DO UPDATE SET {changed}",
                    values,
                )
            told = json.dumps(None if narrowing is None else asdict(narrowing))
            for name, value in (("queue", key), ("model", model), ("narrowing", told)):
                db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def queue(self) -> tuple[tuple[int, Item], ...]:
        """Numbered items in their order."""
        with self._reading() as db:
            rows = db.execute("SELECT * FROM items WHERE position IS NOT NULL ORDER BY position, id").fetchall()
        return tuple((int(row["id"]), _item(row)) for row in rows)

    # --- answers

    def present(self, item: int, coder: str) -> Answer:
        """What the coder says of the item now.

        Raises
        ------
        UnknownItemError
            There is no such item.
        """
        with self._reading() as db:
            _known(db, item)
            return _present(db, item, coder)

    def answer(self, said: Said) -> Answer:
        """Write an answer; it is on the disk when this returns. One that was written before is not written again.

        Raises
        ------
        StaleVersionError
            It was based on another version than the present one.
        UnknownItemError
            There is no such item.
        StorageError
            The disk is full or failed; nothing was written.
        """
        with self._writing() as db:
            row = _known(db, said.item)
            done = _done(db, said.item, said.coder, said.request)
            if done is not None:
                return done
            before = _present(db, said.item, said.coder)
            if before.version != said.version:
                raise StaleVersionError(before)
            version = before.version + 1
            action = "skip" if said.code is None else "accept" if said.code == row["proposed"] else "change"
            _insert(db, said, version, version, action, row["proposed"])
            return Answer(version, action, said.code, said.secondary, said.note)  # type: ignore[arg-type]

    def undo(self, item: int, coder: str, version: int, request: str) -> Answer:
        """Take back the answer that stands, so that the one before it stands again, or none.

        Raises
        ------
        StaleVersionError
            `version` is not the present one, or nothing stands.
        UnknownItemError, StorageError
            As for `answer`.
        """
        with self._writing() as db:
            row = _known(db, item)
            done = _done(db, item, coder, request)
            if done is not None:
                return done
            before = _present(db, item, coder)
            if before.version != version or before.action is None:
                raise StaleVersionError(before)
            standing = _row(db, item, coder, before.version)["stands"]
            former = _row(db, item, coder, standing - 1)["stands"] if standing > 1 else 0
            found = _answer(before.version + 1, _row(db, item, coder, former) if former else None)
            said = Said(item, coder, version, found.code, found.secondary, found.note, request)
            _insert(db, said, found.version, former, "undo", row["proposed"])
            return found

    def progress(self, coder: str) -> Progress:
        """How far the coder is."""
        with self._reading() as db:
            newest = db.execute(
                f"SELECT n.item, n.version, e.action, e.id AS made FROM ({_NEWEST}) n "  # noqa: S608 - our own text
                "LEFT JOIN answers e ON e.item = n.item AND e.coder = n.coder AND e.version = n.stands "
                "WHERE n.coder = ?",
                (coder,),
            ).fetchall()
            queue = [row["id"] for row in _queue_ids(db)]
        of = {row["item"]: row for row in newest}
        standing = [row for row in newest if row["made"] is not None]
        last = max(standing, key=lambda row: row["made"], default=None)
        return Progress(
            tuple((item, of[item]["version"], of[item]["action"]) if item in of else (item, 0, None) for item in queue),
            None if last is None else (last["item"], last["version"]),
        )

    def coders(self) -> tuple[str, ...]:
        """Names of all who have answered, the newest first."""
        with self._reading() as db:
            rows = db.execute("SELECT coder FROM answers GROUP BY coder ORDER BY MAX(id) DESC").fetchall()
        return tuple(row["coder"] for row in rows)

    def corrections(self) -> tuple[Correction, ...]:
        """All answers that stand, of all coders, in the order they were given; the code of a skipped one is empty."""
        with self._reading() as db:
            rows = db.execute(
                f"SELECT e.*, i.place, i.text FROM ({_NEWEST}) n "  # noqa: S608 - our own text
                "JOIN answers e ON e.item = n.item AND e.coder = n.coder AND e.version = n.stands "
                "JOIN items i ON i.id = e.item ORDER BY e.id"
            ).fetchall()
        found = []
        for row in rows:
            source, start, end = json.loads(row["place"]) if row["place"] else (None, None, None)
            further = tuple(json.loads(row["secondary"]))
            found.append(
                Correction(
                    source, start, end, row["text"], row["code"] or "", further, row["coder"], row["note"],
                    row["proposed"],
                )
            )  # fmt: skip
        return tuple(found)

    # --- SQLite

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _failures(self._path):
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _failures(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


@contextmanager
def open_store(path: Path) -> Iterator[Store]:
    """Open the review file at `path`, or make one.

    Raises
    ------
    DataError
        Something else stands there, or it is damaged, or a newer program made it.
    OutputError
        It cannot be made or written.
    """
    storage.make_folder(path.parent)
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise OutputError(f"{path}: not a regular file, so answers cannot be kept there; move it away")
    try:
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise OutputError(
            f"{path}: cannot be opened ({error}); correct its permissions or choose another place"
        ) from None
    connection.row_factory = sqlite3.Row
    try:
        _prepare(connection, path)
        storage.sync_folder(path.parent)
        yield Store(connection, path)
    finally:
        connection.close()


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    with _failures(path):
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("BEGIN IMMEDIATE")
        application, schema = (
            db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
        )
        empty = not db.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
        if empty and not application:
            for statement in _statements(_TABLES):
                db.execute(statement)
            db.execute(f"PRAGMA application_id = {APPLICATION}")
            db.execute(f"PRAGMA user_version = {SCHEMA}")
        elif application != APPLICATION:
            db.execute("ROLLBACK")
            raise DataError(f"{path}: an SQLite file, but not of a review; move it away")
        elif schema != SCHEMA:
            db.execute("ROLLBACK")
            raise DataError(
                f"{path}: a review of format {schema}, and this program reads {SCHEMA}; use the program that made it"
            )
        db.execute("COMMIT")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        said = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if said != "ok":
            raise DataError(f"{path}: damaged ({said}); put back a copy, or move it away and review again")


def _statements(script: str) -> Iterator[str]:
    """Single statements of a script; `executescript` would end our transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextmanager
def _failures(path: Path) -> Iterator[None]:
    """Say in our own words what SQLite could not do."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "readonly" in str(error) or "unable to open" in str(error):
            raise OutputError(
                f"{path}: cannot be written ({error}); correct the permissions of file and folder"
            ) from None
        raise StorageError(
            f"{path}: not saved ({error}); free some disk space, or end other programs using it"
        ) from None
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError):
            raise DataError(f"{path}: not saved ({error}); load the page again") from None
        raise DataError(f"{path}: not a review, or damaged ({error}); put back a copy, or move it away") from None


def _values(item: Item) -> dict[str, Any]:
    return {
        "source": item.source,
        "spans": json.dumps(item.spans),
        "digest": hashlib.sha256(item.text.encode(errors="surrogatepass")).hexdigest(),
        "text": item.text,
        "passage_id": item.passage_id,
        "place": None if item.place is None else json.dumps(item.place, ensure_ascii=False),
        "proposed": item.proposed,
        "probability": item.probability,
        "runner_up": item.runner_up,
        "runner_up_probability": item.runner_up_probability,
        "reason": item.reason,
        "hand": item.hand,
    }


def _item(row: sqlite3.Row) -> Item:
    source, start, end = json.loads(row["place"]) if row["place"] else (None, 0, 0)
    return Item(
        row["source"],
        tuple((a, b) for a, b in json.loads(row["spans"])),
        row["text"],
        row["passage_id"],
        None if source is None else (source, start, end),
        row["proposed"],
        row["probability"],
        row["runner_up"],
        row["runner_up_probability"],
        row["reason"],
        row["hand"],
    )


def _queue_ids(db: sqlite3.Connection) -> list[sqlite3.Row]:
    return db.execute("SELECT id FROM items WHERE position IS NOT NULL ORDER BY position, id").fetchall()


def _known(db: sqlite3.Connection, item: int) -> sqlite3.Row:
    row: sqlite3.Row | None = db.execute("SELECT * FROM items WHERE id = ?", (item,)).fetchone()
    if row is None:
        raise UnknownItemError(f"there is no passage {item}; load the page again")
    return row


def _row(db: sqlite3.Connection, item: int, coder: str, version: int) -> sqlite3.Row:
    row: sqlite3.Row = db.execute(
        "SELECT * FROM answers WHERE item = ? AND coder = ? AND version = ?", (item, coder, version)
    ).fetchone()
    return row


def _present(db: sqlite3.Connection, item: int, coder: str) -> Answer:
    newest = db.execute(
        "SELECT * FROM answers WHERE item = ? AND coder = ? ORDER BY version DESC LIMIT 1", (item, coder)
    ).fetchone()
    return Answer() if newest is None else _as_of(db, newest)


def _done(db: sqlite3.Connection, item: int, coder: str, request: str) -> Answer | None:
    """The answer that the same request made before, if it did."""
    row = db.execute(
        "SELECT * FROM answers WHERE request = ? AND item = ? AND coder = ?", (request, item, coder)
    ).fetchone()
    return None if row is None else _as_of(db, row)


def _as_of(db: sqlite3.Connection, row: sqlite3.Row) -> Answer:
    standing = _row(db, row["item"], row["coder"], row["stands"]) if row["stands"] else None
    return _answer(row["version"], standing)


def _answer(version: int, standing: sqlite3.Row | None) -> Answer:
    if standing is None:
        return Answer(version)
    return Answer(
        version, standing["action"], standing["code"], tuple(json.loads(standing["secondary"])), standing["note"]
    )


def _insert(db: sqlite3.Connection, said: Said, version: int, stands: int, action: str, proposed: str) -> None:
    model = db.execute("SELECT value FROM facts WHERE name = 'model'").fetchone()
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    further = json.dumps(said.secondary)
    db.execute(
        "INSERT INTO answers (item, coder, version, action, code, secondary, note, stands, proposed, model, time, "
        "request) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            said.item, said.coder, version, action, said.code, further, said.note, stands, proposed,
            model["value"] if model else "", now, said.request,
        ),
    )  # fmt: skip
