"""Serve an application on this machine alone, however its callers behave. The one door to waitress.

waitress ends connections that are silent for long; whoever sends a byte now and then keeps one for ever, and a hundred
of them shut everyone else out. So here a connection carries one request and lives ten seconds at most, and when there
are too many the oldest that is still waiting for its request makes room.
"""

from __future__ import annotations

import errno
import logging
import signal
import socket
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from qztopics.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType
    from wsgiref.types import WSGIApplication

HEADER_MAX = 16 * 2**10
BODY_MAX = 2**20
REQUEST_SECONDS = 10.0
CONNECTIONS = 32
"""Connections at once. More are taken in, and the oldest that wait for their request are let go."""

THREADS = 4

_BACKLOG = 1024
_TRIES = 20
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


@dataclass(frozen=True, slots=True)
class Sockets:
    """Listening sockets on the loopback addresses of both families, on one port."""

    sockets: tuple[socket.socket, ...]
    port: int

    def close(self) -> None:
        """Let go of the port."""
        for bound in self.sockets:
            bound.close()


def bind(port: int = 0) -> Sockets:
    """Bind 127.0.0.1, and ::1 where there is one, on the same port; 0 for one that is free.

    Raises
    ------
    OutputError
        The port is taken, on either address: another program must not answer for us under the name localhost.
    """
    for _ in range(_TRIES if not port else 1):
        first = _bound(socket.AF_INET, "127.0.0.1", port)
        if first is None:
            break
        taken = first.getsockname()[1]
        try:
            second = _bound(socket.AF_INET6, "::1", taken) if socket.has_ipv6 else None
        except OSError as error:
            if error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT}:
                return Sockets((first,), taken)
            first.close()
            continue
        if second is None and socket.has_ipv6:
            first.close()
            continue
        return Sockets((first,) if second is None else (first, second), taken)
    raise OutputError(f"port {port or 'any'} of this machine is taken by another program; choose another --port")


def _bound(family: socket.AddressFamily, address: str, port: int) -> socket.socket | None:
    """A bound socket, or None where the port is taken."""
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((address, port))
        made.listen(_BACKLOG)  # at once: until then another program could bind the same
        made.setblocking(False)
    except OSError as error:
        made.close()
        if error.errno in {errno.EADDRINUSE, errno.EACCES}:
            return None
        raise
    return made


def serve(application: WSGIApplication, listening: Sockets, ready: Callable[[], None] | None = None) -> int:
    """Answer requests until a signal asks to stop; requests that have come in whole are finished.

    Must run in the main thread to see signals; elsewhere it runs until the process ends.

    Parameters
    ----------
    ready
        Called once requests can come in.

    Returns
    -------
    The number of the signal.
    """
    _quiet()
    given = Adjustments(
        threads=THREADS,
        connection_limit=4 * CONNECTIONS,
        cleanup_interval=1,
        channel_timeout=REQUEST_SECONDS,
        max_request_header_size=HEADER_MAX,
        max_request_body_size=BODY_MAX + 1,
        inbuf_overflow=2 * BODY_MAX,  # above these, waitress would write to the disk
        outbuf_overflow=64 * BODY_MAX,
        backlog=_BACKLOG,
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=True,
        ident="",
        log_socket_errors=False,
    )
    channels: dict[int, Any] = {}
    workers = ThreadedTaskDispatcher()
    workers.set_thread_count(THREADS)
    servers = [
        _Server(
            application,
            channels,
            True,
            bound,
            dispatcher=workers,
            adj=given,
            sockinfo=(bound.family, bound.type, bound.proto, bound.getsockname()),
            bind_socket=False,
        )
        for bound in listening.sockets
    ]
    with _asked_to_stop(servers[0].pull_trigger) as asked:
        if ready is not None:
            ready()
        while not asked:
            wasyncore.loop(timeout=1, use_poll=True, map=channels, count=1)
        for server in servers:
            server.accepting = False
        workers.shutdown(cancel_pending=True, timeout=5)
        _flush(channels)
        wasyncore.close_all(channels, ignore_all=True)
    return asked[0]


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """Reads one request; none comes after it on the same connection."""

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        self.headers["CONNECTION"] = "close"
        self.connection_close = True


class _Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that knows when it was opened."""

    parser_class = _Parser

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - waitress is not typed
        self.opened = time.monotonic()
        super().__init__(*given, **named)

    @property
    def waits(self) -> bool:
        """Whether its request has not come in whole, and nothing is being answered."""
        return not self.requests and not self.total_outbufs_len and not self.close_when_flushed


class _Server(TcpWSGIServer):  # type: ignore[misc]
    """A server whose connections cannot be held."""

    channel_class = _Channel

    def set_reuse_addr(self) -> None:
        """Leave the socket as it was bound."""

    def handle_accept(self) -> None:
        super().handle_accept()
        waiting = [c for c in self._map.values() if isinstance(c, _Channel) and c.waits and not c.will_close]
        for channel in sorted(waiting, key=lambda c: c.opened)[: max(0, len(waiting) - CONNECTIONS)]:
            channel.handle_close()

    def maintenance(self, now: float) -> None:
        """End connections that have had their time; a request being worked on is finished first."""
        del now
        late = time.monotonic() - REQUEST_SECONDS
        for channel in list(self.active_channels.values()):
            if channel.opened < late and not channel.requests:
                channel.will_close = True


def _flush(channels: dict[int, Any], seconds: float = 1.0) -> None:
    """Send what has been answered, for so long at most."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and any(
        isinstance(c, _Channel) and c.connected and c.total_outbufs_len for c in channels.values()
    ):
        wasyncore.loop(timeout=0.05, use_poll=True, map=channels, count=1)


@contextmanager
def _asked_to_stop(wake: Callable[[], None]) -> Iterator[list[int]]:
    """Yield a list that gets the number of the signal that asks to stop.

    An exception out of a signal would be swallowed by waitress, wherever it happened to be. The second signal is
    handled as it was before, at once.
    """
    asked: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before: dict[int, Any] = {}

    def stop(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        for other, handler in before.items():
            signal.signal(other, handler)
        with suppress(OSError):
            wake()

    for name in _SIGNALS:
        if hasattr(signal, name):
            number = getattr(signal, name)
            before[number] = signal.signal(number, stop)
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _quiet() -> None:
    """Keep waitress from writing lines of its own: the application says what failed."""
    for name in ("waitress", "waitress.queue"):
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
