"""Kill the review server under load and see whether anything that was acknowledged is lost.

The server is forked from this process, which has loaded everything, so that a round takes tenths of a second.
"""

import http.client
import io
import json
import os
import random
import secrets
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from server import CODES, N_ITEMS, main

from qztopics.review.store import FILE, open_store

WINDOWS = 4
"""Browsers that answer at once, each for a coder of its own but for the first two, who share one."""


@dataclass
class Tally:
    """What came of the rounds so far."""

    rounds: int = 0
    acknowledged: int = 0
    conflicts: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: int = 0


def fork_server(folder: Path) -> tuple[int, str]:
    """Start the server in a child; return its process number and its link."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        sys.stdout, sys.stderr = os.fdopen(writing, "w"), io.StringIO()
        try:
            os._exit(main(folder))
        finally:
            os._exit(70)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        return child, pipe.readline().strip()


def enter(link: str) -> tuple[str, dict[str, str]]:
    """Follow the link; return host and port, and the headers of our page."""
    host = link.split("/")[2]
    connection = http.client.HTTPConnection(host, timeout=10)
    connection.request("GET", link.partition(host)[2])
    cookie = connection.getresponse().headers["Set-Cookie"].partition(";")[0]
    return host, {
        "Origin": f"http://{host}",
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "application/json",
        "X-Qztopics-Review": "1",
        "Cookie": cookie,
    }


class Window(threading.Thread):
    """A browser that answers as fast as it can, and remembers what was acknowledged."""

    def __init__(self, host: str, headers: dict[str, str], coder: str, seed: int) -> None:
        super().__init__(daemon=True)
        self.host, self.headers, self.coder, self.random = host, headers, coder, random.Random(seed)
        self.acknowledged: list[tuple[str, int, str, int, str | None]] = []
        self.conflicts = 0
        self.stop = False

    def run(self) -> None:
        known: dict[int, int] = {}
        while not self.stop:
            item = self.random.randint(1, N_ITEMS)
            code = self.random.choice((*CODES, None))
            body = {
                "item": item, "coder": self.coder, "version": known.get(item, 0), "code": code, "secondary": [],
                "note": "注" * self.random.randint(0, 50), "request": secrets.token_hex(16),
            }  # fmt: skip
            try:
                connection = http.client.HTTPConnection(self.host, timeout=10)
                connection.request("POST", "/api/answer", json.dumps(body), self.headers)
                reply = connection.getresponse()
                found = json.loads(reply.read())
            except (OSError, http.client.HTTPException, ValueError):
                return
            finally:
                connection.close()
            if reply.status == 409:
                self.conflicts += 1
                known[item] = found["present"]["version"]
            elif reply.status == 200:
                known[item] = found["answer"]["version"]
                self.acknowledged.append((body["request"], item, self.coder, known[item], code))


def one_round(folder: Path, tally: Tally, rng: random.Random) -> None:
    """Serve, answer, kill at a random moment, and look for every answer that was acknowledged."""
    child, link = fork_server(folder)
    host, headers = enter(link)
    coders = ("甲", "甲", *(f"乙{k}" for k in range(WINDOWS - 2)))
    windows = [Window(host, headers, coder, rng.randrange(2**32)) for coder in coders]
    for window in windows:
        window.start()
    time.sleep(rng.uniform(0.02, 0.25))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    for window in windows:
        window.stop = True
        window.join()
    with open_store(folder / FILE) as store:
        rows = store._connection.execute("SELECT request, item, coder, version, code FROM answers").fetchall()
    kept = {row["request"]: tuple(row) for row in rows}
    acknowledged = [line for window in windows for line in window.acknowledged]
    tally.rounds += 1
    tally.acknowledged += len(acknowledged)
    tally.conflicts += sum(window.conflicts for window in windows)
    tally.lost += [line[0] for line in acknowledged if kept.get(line[0]) != line]
    tally.doubled += len(rows) - len({(row["item"], row["coder"], row["version"]) for row in rows})
