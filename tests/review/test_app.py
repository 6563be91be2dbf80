"""The application: whoever is not our page on our host, come in by our link, gets nothing and changes nothing."""

import dataclasses
import itertools
import json
import re
from html.parser import HTMLParser

import pytest
from conftest import HOST, OURS, PORT
from server import N_ITEMS
from werkzeug.test import Client

from qztopics.pipeline.suggest import Narrowing
from qztopics.review.access import FREE_FAILURES, PAUSE_SECONDS, Gate

ROUTES = ("/", "/assets/review.js", "/open?x", "/api/progress?coder=a", "/api/next?coder=a", "/api/item/1?coder=a")
POSTS = ("/api/answer", "/api/undo")
P = str(PORT)


def hosts() -> list[str | None]:
    names = [
        "", "evil.example", "127.0.0.1.nip.io", "localhost.evil.example", "evil.example.localhost", "127.1", "127.0.1",
        "0.0.0.0", "2130706433", "0x7f000001", "0x7f.0.0.1", "017700000001", "127.0.0.2", "127.0.0.1.", "localhost.",
        "LOCALHOST", "LocalHost", "ip6-localhost", "[::]", "[::1", "::1", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]",
        "[::1%lo]", "user@127.0.0.1", "user:pass@localhost", "127.0.0.1@evil.example", "127.0.0.1,evil.example",
        "127.0.0.1, 127.0.0.1", "１２７.０.０.１", "ⓛocalhost", "127。0。0。1", "127.0.0.1%00", "127.0.0.1\t",
        " 127.0.0.1", "[127.0.0.1]", "http://127.0.0.1",
    ]  # fmt: skip
    ports = [f":{P}", "", f":{P}/", f":{P}0", ":80", f":0{P}", f":+{P}"]
    made: list[str | None] = [None]
    made += [name + port for name in names for port in (ports[:3] if name else ports[:2])]
    made += [name + port for name in ("127.0.0.1", "localhost", "[::1]") for port in ports[1:]]
    made += [f"{HOST}, {HOST}", f"{HOST},evil.example", f"{HOST}#", f"{HOST}?", f"{HOST} ", f"x{HOST}", HOST[1:]]
    return list(dict.fromkeys(made))


def get(client: Client, path: str, **headers: str):
    return client.get(path, headers={"Host": HOST, **headers})


def post(client: Client, path: str, body: object, **headers: str | None):
    sent = {name: value for name, value in {**OURS, **headers}.items() if value is not None}
    return client.post(path, data=json.dumps(body), headers=sent)


def written(store) -> int:
    return store._connection.execute("SELECT COUNT(*) FROM answers").fetchone()[0]


# --- G2: DNS rebinding


def test_a_host_that_is_not_ours_to_the_letter_is_misdirected_on_every_route(client, store, said):
    tried = hosts()
    assert len(tried) >= 120
    for host, route in itertools.product(tried, ROUTES):
        answer = client.open(
            route,
            method="GET",
            headers=[("Host", host)] if host is not None else [],
            environ_overrides={} if host is not None else {"HTTP_HOST": None},
        )
        assert answer.status_code == 421, (host, route)
        assert "教育" not in answer.text
    for host, route in itertools.product(tried[1:], POSTS):
        assert post(client, route, said(), Host=host, Origin=f"http://{host}").status_code == 421, (host, route)
    assert written(store) == 0


@pytest.mark.parametrize("target", ["http://127.0.0.1:4711/", "http://evil.example/", "//evil.example/", "*", "evil"])
def test_a_target_that_is_not_a_path_is_misdirected(client, target):
    assert client.get("/", headers={"Host": HOST}, environ_overrides={"REQUEST_URI": target}).status_code == 421


@pytest.mark.parametrize("host", [f"127.0.0.1:{P}", f"localhost:{P}", f"[::1]:{P}"])
def test_our_three_hosts_are_answered(stranger, gate, host):
    opened = stranger.get("/open?" + gate.link.partition("?")[2], headers={"Host": host}, base_url=f"http://{host}")
    assert opened.status_code == 200
    assert stranger.get("/", headers={"Host": host}, base_url=f"http://{host}").status_code == 200


# --- G3: requests forged by another page


def forged() -> list[dict[str, str | None]]:
    origins = [
        OURS["Origin"],
        None,
        "null",
        "http://evil.example",
        f"https://{HOST}",
        f"http://localhost:{P}",
        "http://127.0.0.1:8080",
    ]
    sites = ["same-origin", "none", None, "cross-site", "same-site", "Same-Origin"]
    kinds = ["application/json", None, "text/plain", "application/x-www-form-urlencoded", "text/json"]
    marks = ["1", None, "0"]
    every = itertools.product(origins, sites, kinds, marks)
    good = [
        c
        for c in every
        if c[0] == OURS["Origin"] and c[1] in {"same-origin", "none"} and c[2] == kinds[0] and c[3] == "1"
    ]
    bad = [c for c in itertools.product(origins, sites, kinds, marks) if c not in good]
    names = ("Origin", "Sec-Fetch-Site", "Content-Type", "X-Qztopics-Review")
    return [dict(zip(names, c, strict=True)) for c in bad]


def test_a_change_needs_all_four_signs_of_our_page(client, store, said):
    tried = forged()
    assert len(tried) >= 80
    for headers, path in itertools.product(tried, POSTS):
        assert post(client, path, said(), **headers).status_code == 403, headers
    assert written(store) == 0
    assert post(client, "/api/answer", said(), **{"Sec-Fetch-Site": "none"}).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_only_a_post_changes_anything(client, store, said, method):
    for path in POSTS:
        body = json.dumps(said())
        assert client.open(path, method=method, data=body, headers=OURS).status_code == 405
    assert written(store) == 0


def test_no_page_of_another_site_may_read(client):
    for path in ROUTES[3:]:
        for site in ("cross-site", "same-site"):
            assert get(client, path, **{"Sec-Fetch-Site": site}).status_code == 403


# --- G4: the link


def test_without_the_cookie_there_is_nothing(stranger, store, said):
    for path in ROUTES:
        answer = get(stranger, path)
        assert answer.status_code in {401, 403}
        assert "渔港" not in answer.text
    for path in POSTS:
        assert post(stranger, path, said()).status_code == 401
    assert written(store) == 0


def test_the_link_works_once(gate, stranger):
    token = gate.link.partition("?")[2]
    assert stranger.head("/open?" + token, headers={"Host": HOST}).status_code == 405
    opened = get(stranger, "/open?" + token)
    assert opened.status_code == 200
    (cookie,) = opened.headers.getlist("Set-Cookie")
    assert re.fullmatch(rf"qztopics_review_{P}=[\w-]{{43}}; HttpOnly; Path=/; SameSite=Strict", cookie)
    assert token not in opened.text
    assert get(stranger, "/").status_code == 200
    other = Client(stranger.application)
    assert get(other, "/open?" + token).status_code == 403
    assert get(other, "/").status_code == 401
    assert get(stranger, "/open?" + token).status_code == 200  # who is in may come again


def test_ten_thousand_guesses_are_slowed_down_and_none_passes(complaints):
    now = [0.0]
    gate = Gate(PORT, clock=lambda: now[0])
    token = gate.link.partition("?")[2]
    guesses = [token[:-1] + "!", token + "A", token[1:], token.lower() + "x", "", "x" * 43]
    said = [gate.admit(guesses[k % len(guesses)]) for k in range(10_000)]
    assert said[:FREE_FAILURES] == [False] * FREE_FAILURES
    assert said[FREE_FAILURES:] == [None] * (10_000 - FREE_FAILURES)
    assert gate.admit(token) is None
    now[0] = PAUSE_SECONDS
    assert gate.admit("wrong") is False
    assert gate.admit(token) is None
    now[0] = 2 * PAUSE_SECONDS
    assert gate.admit(token) is True
    now[0] = 4 * PAUSE_SECONDS
    assert gate.admit(token) is False


def test_secrets_are_new_and_long():
    gates = [Gate(PORT) for _ in range(50)]
    secrets = {g.link for g in gates} | {g.cookie for g in gates}
    assert len(secrets) == 100
    assert all(len(g.cookie) >= 43 and len(g.link.partition("?")[2]) >= 43 for g in gates)  # 256 bits in base64
    assert not gates[0].known(None)
    assert not gates[0].known(gates[1].cookie)


# --- G5: paths


def traversals() -> list[str]:
    up = [
        "..",
        "%2e%2e",
        "..%2f",
        "%2e%2e%2f",
        "..%5c",
        "..\\",
        "....//",
        "%252e%252e",
        "..%c0%af",
        "．．",
        "..;",
        "%00",
    ]
    ends = ["etc/passwd", "rows.parquet", "review.sqlite", "review.js", "app.py"]
    roots = ["/", "/assets/", "/api/item/", "/open/", "/assets/review.js/"]
    made = [
        root + step * depth + ("/" if depth else "") + end
        for root in roots
        for step in up
        for end in ends
        for depth in (1, 3)
    ]
    made += [
        "/assets/",
        "/assets",
        "/assets/review.css.bak",
        "/assets/page.html",
        "/assets//review.js",
        "/assets/./review.js",
    ]
    made += [
        "/api/item/1e0",
        "/api/item/-1",
        "/api/item/0x1",
        "/api/item/ 1",
        "/api/item/1/..",
        "/api/item/9" + "9" * 400,
    ]
    made += [
        "/api/item/999",
        "/api/item/0",
        "/api",
        "/api/",
        "/review.sqlite",
        "/favicon.ico",
        "/..",
        "/C:/Windows/win.ini",
    ]
    return made


def test_no_path_leads_to_a_file(client):
    tried = traversals()
    assert len(tried) >= 300
    for path in tried:
        answer = client.open(environ_overrides={"PATH_INFO": path.encode().decode("latin-1"), "HTTP_HOST": HOST})
        raw = client.get(path, headers={"Host": HOST}) if path.isascii() else answer
        for found in (answer, raw):
            assert found.status_code in {400, 404, 421}, path
            assert b"root:" not in found.data
            assert len(found.data) < 500


# --- what the page gets


class Scripts(HTMLParser):
    """Elements with what could run or load, and inline attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[dict[str, str | None]] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in {"script", "link", "style"} and given.get("rel") != "icon":
            self.loads.append(given)
        self.inline += [name for name in given if name.startswith("on") or name == "style"]


def test_the_page_may_run_our_script_alone(client):
    first, second = get(client, "/"), get(client, "/")
    policy = first.headers["Content-Security-Policy"]
    nonce = re.search(r"script-src 'nonce-([\w-]{22})'", policy)[1]
    assert nonce not in second.text
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    parsed = Scripts()
    parsed.feed(first.text)
    assert parsed.inline == []
    assert [load.get("nonce") or load.get("type") for load in parsed.loads] == [nonce, "application/json", nonce]
    for load in parsed.loads:
        path = load.get("src") or load.get("href")
        if path:
            assert get(client, path).status_code == 200


def test_every_answer_carries_the_same_defences(client, stranger, said):
    answers = [get(client, path) for path in (*ROUTES, "/nowhere", "/api/item/99")]
    answers += [
        post(client, "/api/answer", said()),
        post(client, "/api/answer", {}),
        client.get("/", headers={"Host": "x"}),
    ]
    for answer in answers:
        found = {
            name: answer.headers.get(name)
            for name in (
                "Cache-Control",
                "X-Content-Type-Options",
                "Referrer-Policy",
                "Cross-Origin-Resource-Policy",
                "X-Frame-Options",
            )
        }
        assert found == {
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Frame-Options": "DENY",
        }
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_a_card_an_answer_an_undo(client, store, said):
    found = get(client, "/api/item/1?coder=张 三").json
    assert found["card"]["pieces"] == [["渔港", 0.4], ["第0段渔港学校", 0.0]]
    assert found["answer"]["version"] == 0
    body = said(code="health", secondary=["rural", "rural"], note=" 存疑 ", coder="张 三")
    done = post(client, "/api/answer", body).json
    assert done["answer"] == {
        "version": 1,
        "action": "change",
        "code": "health",
        "secondary": ["rural"],
        "note": "存疑",
    }
    assert done["progress"]["coder"] == "张_三"
    assert done["progress"]["last"] == [1, 1]
    assert post(client, "/api/answer", body).json["answer"] == done["answer"]  # sent again, written once
    assert get(client, "/api/next?coder=张 三").json == {"item": 2}
    assert get(client, f"/api/next?coder=张 三&after={N_ITEMS}").json == {"item": 2}
    undone = post(
        client, "/api/undo", {key: body[key] for key in ("item", "coder")} | {"version": 1, "request": "f" * 32}
    )
    assert undone.json["answer"]["action"] is None
    assert get(client, "/api/next?coder=张 三").json == {"item": 1}
    assert written(store) == 2


def test_two_windows_never_overwrite_each_other(client, store, said):
    assert post(client, "/api/answer", said(code="health")).status_code == 200
    late = post(client, "/api/answer", said(code="rural"))
    assert (late.status_code, late.json["present"]["code"]) == (409, "health")
    assert post(client, "/api/answer", said(code="rural", coder="李四")).status_code == 200
    assert store.present(1, "张三").code == "health"


@pytest.mark.parametrize(
    "change",
    [
        {"code": "nonsense"}, {"code": 1}, {"secondary": ["nonsense"]}, {"secondary": ["health"]},
        {"secondary": ["rural", "other", "education", "health"]}, {"code": None, "secondary": ["rural"]},
        {"note": "字" * 2001}, {"note": None}, {"coder": ""}, {"coder": " \n"}, {"coder": "\u200b"}, {"coder": 3},
        {"version": -1}, {"version": 2**70}, {"version": True}, {"version": "0"}, {"item": "1"}, {"item": 1.5},
        {"request": "short"}, {"request": "G" * 32}, {"more": 1},
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_is_refused(client, store, said, change):
    assert post(client, "/api/answer", said() | change).status_code == 400
    assert written(store) == 0


def test_bodies_that_are_no_answer_are_refused(client, store):
    for data in (b"", b"null", b"[]", b"{", b'{"item": 1}', b"\xff\xfe", b"[" * 100_000, b'{"item": NaN}'):
        assert client.post("/api/answer", data=data, headers=OURS).status_code == 400, data[:20]
    assert client.post("/api/answer", data=b" " * (2**20 + 1), headers=OURS).status_code == 413
    assert (
        post(
            client,
            "/api/answer",
            {"item": 99, "coder": "a", "version": 0, "code": None, "secondary": [], "note": "", "request": "0" * 32},
        ).status_code
        == 404
    )
    assert written(store) == 0


def test_half_characters_are_refused(client, store, said):
    for change in ({"note": "\ud800备注"}, {"coder": "\udfff李"}):
        assert post(client, "/api/answer", said() | change).status_code == 400
    assert get(client, "/api/progress?coder=%ed%a0%80").json["coder"] == "%ED%A0%80"
    assert written(store) == 0


def test_a_full_disk_is_told_and_nothing_is_acknowledged(client, store, said, complaints):
    store._connection.execute("PRAGMA max_page_count = 1")
    with store._lock:
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
        store._connection.execute(f"PRAGMA max_page_count = {pages}")
    codes = [post(client, "/api/answer", said(item=k, note="注" * 2000)).status_code for k in range(1, N_ITEMS + 1)]
    assert 507 in codes
    assert written(store) == codes.count(200)
    assert any("not saved" in complaint for complaint in complaints)


def test_nothing_that_is_said_aloud_holds_a_text_or_a_secret(client, gate, complaints, monkeypatch, said):
    monkeypatch.setattr(type(client.application), "_interface", lambda *_: 1 / 0)
    token = gate.link.partition("?")[2]
    for _ in range(3):
        assert get(client, f"/api/progress?coder={token}").status_code == 500
        assert post(client, "/api/answer", said(note="机密")).status_code == 500
    assert len(complaints) == 6
    assert not any(token in line or gate.cookie in line or "机密" in line for line in complaints)


def test_the_gain_grows_with_new_labels_alone(stranger, gate, said):
    application = dataclasses.replace(stranger.application, narrowing=Narrowing(100, 20, 0.04, 0.03))
    browser = Client(application)
    get(browser, "/open?" + gate.link.partition("?")[2])
    widths = [get(browser, "/api/progress?coder=张三").json["gain"]["so_far"]]
    for item, code in ((1, "other"), (2, None), (3, "other"), (4, "health")):  # the first is disputed, the next skipped
        done = post(browser, "/api/answer", said(item=item, code=code))
        widths.append(done.json["progress"]["gain"]["so_far"])
    assert widths[0] == widths[1] == widths[2] == pytest.approx(0.04)
    assert 0.03 < widths[4] < widths[3] < 0.04
    assert done.json["progress"]["gain"]["fresh"] == 2
