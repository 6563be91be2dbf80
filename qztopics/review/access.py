"""Who may come in: the right Host, the one-time link, the cookie, and for a change four signs that it is our page.

Sources: OWASP, Cross-Site Request Forgery Prevention; W3C, Fetch Metadata Request Headers, section 2.3; NCC Group, DNS
rebinding: allow-list of the Host header.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    class Headers(Protocol):
        """What is asked of the headers of a request."""

        def get(self, name: str, /) -> str | None:
            """Give the value of a header, None without it."""


TOKEN_BYTES = 32
FREE_FAILURES = 10
"""After so many wrong links, one try a `PAUSE_SECONDS` is looked at and the others are turned away."""

PAUSE_SECONDS = 1.0
HEADER, HEADER_VALUE = "X-Qztopics-Review", "1"
"""A page of another origin cannot send this header without asking first, and nobody here answers such a question."""

_OURS = {"same-origin", "none"}


class Gate:
    """The secrets of one run of the server. May be asked from several threads."""

    def __init__(self, port: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"})
        self.cookie_name = f"qztopics_review_{port}"
        self.cookie = secrets.token_urlsafe(TOKEN_BYTES)
        self._token: str | None = secrets.token_urlsafe(TOKEN_BYTES)
        self.link = f"http://127.0.0.1:{port}/open?{self._token}"
        self._clock, self._lock = clock, threading.Lock()
        self._failures, self._last = 0, 0.0

    def right_host(self, host: str | None, target: str) -> bool:
        """Tell whether Host is one of ours, to the letter, and the request's target is a path.

        A target in absolute form would override Host (RFC 9112, section 3.2.2).
        """
        return host in self.hosts and target.startswith("/") and not target.startswith("//")

    def admit(self, token: str) -> bool | None:
        """Try the one-time link: True once, then never again; False for a wrong one; None when asked to wait."""
        with self._lock:
            now = self._clock()
            if self._failures >= FREE_FAILURES and now - self._last < PAUSE_SECONDS:
                return None
            expected = self._token if self._token is not None else secrets.token_urlsafe(TOKEN_BYTES)
            if hmac.compare_digest(token.encode(errors="surrogatepass"), expected.encode()):
                self._token = None
                return True
            self._failures, self._last = self._failures + 1, now
            return False

    def known(self, cookie: str | None) -> bool:
        """Tell whether a browser has come in by the link."""
        given = (cookie or "").encode(errors="surrogatepass")
        return hmac.compare_digest(given, self.cookie.encode())

    @staticmethod
    def from_our_page(headers: Headers, host: str) -> bool:
        """Tell whether our own page, and no other, wants to change something: all four signs are there."""
        return (
            headers.get("Origin") == f"http://{host}"
            and headers.get("Sec-Fetch-Site") in _OURS
            and (headers.get("Content-Type") or "").partition(";")[0].strip().lower() == "application/json"
            and headers.get(HEADER) == HEADER_VALUE
        )
