"""A review over invented passages: its store, its application, and a client that has come in."""

import secrets
import sys
from pathlib import Path

import pytest
from werkzeug.test import Client

from qztopics.review.access import Gate
from qztopics.review.store import FILE, Store, open_store

sys.path.insert(0, str(Path(__file__).parent))

from server import invented, review_of

PORT = 4711
HOST = f"127.0.0.1:{PORT}"
OURS = {
    "Host": HOST,
    "Origin": f"http://{HOST}",
    "Sec-Fetch-Site": "same-origin",
    "Content-Type": "application/json",
    "X-Qztopics-Review": "1",
}


@pytest.fixture
def store(tmp_path: Path):
    with open_store(tmp_path / FILE) as opened:
        opened.fill(invented(), "key", "v1")
        yield opened


@pytest.fixture
def gate() -> Gate:
    return Gate(PORT)


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def stranger(store: Store, gate: Gate, complaints: list[str]) -> Client:
    """A browser that has not come in."""
    return Client(review_of(store, gate, complaints))


@pytest.fixture
def client(stranger: Client, gate: Gate) -> Client:
    """A browser that has followed the link."""
    assert stranger.get("/open?" + gate.link.partition("?")[2], headers={"Host": HOST}).status_code == 200
    return stranger


@pytest.fixture
def said():
    """The body of an answer."""

    def make(item: int = 1, version: int = 0, code: str | None = "health", **more: object) -> dict[str, object]:
        body = {
            "item": item, "coder": "张三", "version": version, "code": code, "secondary": [], "note": "",
            "request": secrets.token_hex(16),
        }  # fmt: skip
        return body | more

    return make
