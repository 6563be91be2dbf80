"""The review as a WSGI application: a page, its two files, and a small interface in JSON. The one door to Werkzeug.

No path names a file, no GET changes an answer, and nothing is answered before the Host header is found right.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from qztopics.errors import QztopicsError
from qztopics.pipeline.corrections import NOBODY, coder_name
from qztopics.review import page
from qztopics.review.gain import width_so_far
from qztopics.review.items import DISPUTED, Said, StaleVersionError, UnknownItemError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIEnvironment

    from qztopics.pipeline.suggest import Narrowing
    from qztopics.policy.taxonomy import Taxonomy
    from qztopics.review.access import Gate
    from qztopics.review.cards import Card
    from qztopics.review.store import Store

BODY_MAX = 2**20
NOTE_MAX = 2000
SECONDARY_MAX = 3

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_ROUTES = Map(
    [
        Rule("/", endpoint="page", methods=["GET"]),
        *(Rule(path, endpoint="asset", methods=["GET"]) for path in page.ASSETS),
        Rule("/open", endpoint="open", methods=["GET"]),
        Rule("/api/progress", endpoint="progress", methods=["GET"]),
        Rule("/api/next", endpoint="next", methods=["GET"]),
        Rule("/api/item/<int:item>", endpoint="item", methods=["GET"]),
        Rule("/api/answer", endpoint="answer", methods=["POST"]),
        Rule("/api/undo", endpoint="undo", methods=["POST"]),
    ],
    strict_slashes=False,
    merge_slashes=False,
    redirect_defaults=False,
)

_Sent = TypeVar("_Sent", bound=BaseModel)
_Number = Annotated[int, Field(ge=0, le=2**53)]


class _Undo(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    item: _Number
    coder: str
    version: _Number
    request: str = Field(pattern=r"\A[0-9a-f]{32}\z")


class _Answer(_Undo):
    code: str | None
    secondary: Annotated[list[str], Field(max_length=SECONDARY_MAX)]
    note: Annotated[str, Field(max_length=NOTE_MAX)]


class _RefusedError(Exception):
    """A request that is not answered, with a status and the name of what is wrong."""

    def __init__(self, status: HTTPStatus, error: str, **more: object) -> None:
        super().__init__(error)
        self.status, self.body = status, {"error": error, **more}


@dataclass(frozen=True, slots=True)
class Review:
    """The application of one run.

    Parameters
    ----------
    cards
        What the page shows of each item of the queue, by its number.
    complain
        Told in a sentence what failed; never a text, a token or an address with a query.
    """

    store: Store
    cards: Mapping[int, Card]
    taxonomy: Taxonomy
    model: str
    narrowing: Narrowing | None
    gate: Gate
    complain: Callable[[str], None]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, as WSGI asks for it."""
        request = Request(environ)
        request.max_content_length = BODY_MAX
        try:
            response = self._answer(request)
        except _RefusedError as refused:
            response = _json(refused.body, refused.status)
        except StaleVersionError as stale:
            response = _json({"error": "stale", "present": asdict(stale.present)}, HTTPStatus.CONFLICT)
        except UnknownItemError:
            response = _json({"error": "item"}, HTTPStatus.NOT_FOUND)
        except QztopicsError as error:
            self.complain(f"review: {error}")
            response = _json({"error": "storage"}, HTTPStatus.INSUFFICIENT_STORAGE)
        except HTTPException as error:
            response = _json({"error": "refused"}, HTTPStatus(error.code or 400))
        except Exception as error:  # noqa: BLE001 - one request must not end the server, nor show its insides
            self.complain(f"review: {request.method} {request.path}: unexpected {type(error).__name__}")
            response = _json({"error": "failed"}, HTTPStatus.INTERNAL_SERVER_ERROR)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        host = request.environ.get("HTTP_HOST")
        target = request.environ.get("REQUEST_URI") or request.environ.get("RAW_URI") or "/"
        if not self.gate.right_host(host, target):
            raise _RefusedError(HTTPStatus.MISDIRECTED_REQUEST, "host")
        endpoint, values = _ROUTES.bind_to_environ(request.environ).match()
        if endpoint == "open":
            return self._open(request)
        if not self.gate.known(request.cookies.get(self.gate.cookie_name)):
            if endpoint != "page":
                raise _RefusedError(HTTPStatus.UNAUTHORIZED, "entry")
            return _note("no_entry", HTTPStatus.UNAUTHORIZED)
        if endpoint == "page":
            return self._page()
        if endpoint == "asset":
            name, kind = page.ASSETS[request.path]
            return Response(page.asset(name), content_type=kind)
        if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
            raise _RefusedError(HTTPStatus.FORBIDDEN, "site")
        if request.method == "POST" and not self.gate.from_our_page(request.headers, str(host)):
            raise _RefusedError(HTTPStatus.FORBIDDEN, "origin")
        return self._interface(endpoint, values, request)

    def _interface(self, endpoint: str, values: Mapping[str, Any], request: Request) -> Response:
        if endpoint == "answer":
            return self._take(request)
        if endpoint == "undo":
            sent = _read(_Undo, request)
            coder = _coder(sent.coder)
            found = self.store.undo(self._known(sent.item), coder, sent.version, sent.request)
            return _json({"answer": asdict(found), "progress": self._progress(coder)})
        coder = _coder(request.args.get("coder", ""))
        if endpoint == "progress":
            return _json(self._progress(coder))
        if endpoint == "next":
            return _json({"item": self._next(coder, request.args.get("after", 0, int))})
        item = self._known(values["item"])
        return _json({"card": asdict(self.cards[item]), "answer": asdict(self.store.present(item, coder))})

    def _open(self, request: Request) -> Response:
        if request.method != "GET":
            raise _RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "method")
        if self.gate.known(request.cookies.get(self.gate.cookie_name)):
            return _note("welcome", HTTPStatus.OK, forward=True)
        admitted = self.gate.admit(request.query_string.decode("latin-1"))
        if admitted is None:
            response = _note("slow_down", HTTPStatus.TOO_MANY_REQUESTS)
            response.headers["Retry-After"] = "1"
            return response
        if not admitted:
            return _note("no_entry", HTTPStatus.FORBIDDEN)
        # No redirect: a Strict cookie would not be sent along it when the link was followed from another program.
        response = _note("welcome", HTTPStatus.OK, forward=True)
        response.set_cookie(self.gate.cookie_name, self.gate.cookie, path="/", httponly=True, samesite="Strict")
        return response

    def _page(self) -> Response:
        nonce = secrets.token_urlsafe(16)
        response = Response(
            page.render(self.model, self.taxonomy, self.store.coders(), nonce), content_type="text/html; charset=utf-8"
        )
        response.headers["Content-Security-Policy"] = page.policy_of(nonce)
        return response

    def _take(self, request: Request) -> Response:
        sent = _read(_Answer, request)
        coder = _coder(sent.coder)
        codes = set(self.taxonomy.codes)
        secondary = tuple(dict.fromkeys(sent.secondary))
        if not codes.issuperset(secondary) or sent.code in secondary or (sent.code is None and secondary):
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "secondary")
        if sent.code is not None and sent.code not in codes:
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "code")
        item = self._known(sent.item)
        said = Said(item, coder, sent.version, sent.code, secondary, sent.note.strip(), sent.request)
        found = self.store.answer(said)
        return _json({"answer": asdict(found), "progress": self._progress(coder)})

    def _known(self, item: int) -> int:
        if item not in self.cards:
            raise UnknownItemError(f"there is no passage {item}")
        return item

    def _next(self, coder: str, after: int) -> int | None:
        """The first item without an answer after this one, from the beginning if need be."""
        answers = [a for a in self.store.progress(coder).answers if a[0] in self.cards]
        order = [item for item, _, _ in answers]
        start = order.index(after) + 1 if after in order else 0
        return next((item for item, _, action in [*answers[start:], *answers[:start]] if action is None), None)

    def _progress(self, coder: str) -> dict[str, object]:
        found = self.store.progress(coder)
        answers = [a for a in found.answers if a[0] in self.cards]
        fresh = sum(
            action in {"accept", "change"} and self.cards[item].reason != DISPUTED for item, _, action in answers
        )
        last = found.last if found.last and found.last[0] in self.cards else None
        return {
            "coder": coder,
            "items": answers,
            "last": last,
            "gain": None if self.narrowing is None else {
                **asdict(self.narrowing), "so_far": width_so_far(self.narrowing, fresh), "fresh": fresh
            },
        }  # fmt: skip


def _json(value: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    import orjson

    return Response(orjson.dumps(value), status=status, content_type="application/json")


def _note(key: str, status: HTTPStatus, *, forward: bool = False) -> Response:
    nonce = secrets.token_urlsafe(16)
    text = page.render_note(key, nonce, forward=forward)
    response = Response(text, status=status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = page.policy_of(nonce)
    return response


def _read(kind: type[_Sent], request: Request) -> _Sent:
    try:
        return kind.model_validate_json(request.get_data())
    except ValidationError:
        raise _RefusedError(HTTPStatus.BAD_REQUEST, "body") from None


def _coder(name: str) -> str:
    plain = coder_name(name)
    if plain == NOBODY:
        raise _RefusedError(HTTPStatus.BAD_REQUEST, "coder")
    return plain
