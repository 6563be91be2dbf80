from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.policy.taxonomy import taxonomy_from_labels
from qztopics.records import CorpusSummary, Rejection
from qztopics.report.contents import Figures
from qztopics.report.figures import draw
from qztopics.report.page import render
from qztopics.report.prepare import prepare
from qztopics.report.words.zh import front, groups, labels, passages

if TYPE_CHECKING:
    from types import SimpleNamespace

    from qztopics.report.contents import Report

PAYLOADS = (
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "{{7*7}}{% raw %}",
    "</style><svg onload=alert(1)>",
    "<!--",
    "甲\u202e乙\x00\x1b[31m\u200b",
    "]]>&lt;b&gt;",
)
ALLOWED = {
    "a", "article", "b", "polygon", "polyline", "blockquote", "body", "button", "circle", "code", "data", "dd", "details", "div", "dl", "dt", "em",
    "figcaption", "figure", "footer", "g", "h1", "h2", "h3", "h4", "head", "header", "html", "img", "input", "label", "li",
    "line", "main", "meta", "nav", "ol", "option", "output", "p", "path", "rect", "script", "section", "select", "small",
    "span", "strong", "style", "summary", "svg", "table", "tbody", "td", "text", "tfoot", "th", "thead", "title", "tr", "ul",
}  # fmt: skip


class Reader(HTMLParser):
    """Collect tags, attributes, ids and text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.inside: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in {"meta", "img", "rect", "circle", "line", "path", "polygon", "polyline", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.open:
            self.inside.setdefault(self.open[-1], []).append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def page(report: Report) -> str:
    return render(report, draw(report))


@pytest.fixture(scope="module")
def chinese(fakes: SimpleNamespace, page: str) -> str:
    return fakes.shown(page)


def hostile(fakes: SimpleNamespace, text: str) -> str:
    """Render a page with `text` in every place that text can come from."""
    model = fakes.model()
    taxonomy = taxonomy_from_labels([text, "b", "c", "d", "e", "f"])
    taxonomy = replace(
        taxonomy,
        topics=tuple(replace(t, definition=text, seed_terms=(text,)) if t.code == text else t for t in taxonomy.topics),
    )
    model.taxonomy = taxonomy
    model.vocabulary.terms = (text,) * 16
    model.facts = replace(model.facts, topic_names=(text,) * 6, corpus_digest=text)
    rows = [
        fakes.row(
            i, source=text, document_id=text, passage_id=text, text=text + "。" * i, nearest=text,
            policy_topic=None if i % 2 else text, abstain_reason=text if i % 2 else None, runner_up=text, meta={"date": text},
        )
        for i in range(8)
    ]  # fmt: skip
    summary = CorpusSummary(
        ((text, text, False, 9),), (Rejection(text, text, text),), 1, 1, 8, 0, 0, (8, 0, 0, 0, 0, 0, 0, 0)
    )
    evaluation = fakes.evaluation()
    evaluation = replace(
        evaluation,
        codes=taxonomy.codes,
        per_class=tuple(replace(s, code=c) for s, c in zip(evaluation.per_class, taxonomy.codes, strict=True)),
        baselines=tuple(replace(b, name=text) for b in evaluation.baselines),
        groupings=tuple(replace(g, name=text) for g in evaluation.groupings),
        strata=tuple(replace(s, by=text, value=text) for s in evaluation.strata),
    )
    audit = fakes.audit()
    audit = replace(audit, terms=tuple(replace(t, code=text, term=text, also=(text,) * 2) for t in audit.terms))
    report = prepare(
        rows,
        model,
        summary,
        evaluation,
        name=text,
        version=text,
        made_with={text: text},
        notes=[text],
        shares=fakes.shares(codes=taxonomy.codes),
        audit=audit,
    )
    return render(report, draw(report))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_stays_text(fakes: SimpleNamespace, payload: str) -> None:
    page = hostile(fakes, payload)
    found = read(page)
    assert set(found.tags) <= ALLOWED
    data = [value for tag, name, value in found.attributes if tag == "script" and name == "type"]
    assert set(data) == {"application/json"}
    assert found.tags.count("script") == 1 + len(data)
    assert found.tags.count("style") == 1
    assert [a for a in found.attributes if a[1].startswith("on") or a[1] == "style"] == []
    assert {value[:26] for tag, name, value in found.attributes if tag == "img" and name == "src"} == {
        "data:image/svg+xml;base64,"
    }
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", page)
    assert "49" not in "".join(read(fakes.shown(page)).inside["h1"])
    from qztopics.report.visible import visible

    assert visible(payload) in found.text


@pytest.mark.slow
def test_any_title_and_note_comes_back_as_it_was(fakes: SimpleNamespace, report: Report) -> None:
    from qztopics.report.visible import visible

    @given(st.text(st.characters(), min_size=1, max_size=30))
    @settings(deadline=None, max_examples=40)
    def check(text: str) -> None:
        page = fakes.shown(render(replace(report, name=text, basis=replace(report.basis, notes=(text,))), Figures()))
        found = read(page)
        assert "".join(found.inside["h1"]) == f"政策主题报告：{visible(text)}"
        assert visible(text) in found.inside["li"]
        assert set(found.tags) <= ALLOWED

    check()


def test_policy_lets_in_our_style_and_script_and_nothing_else(page: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    allowed = policy[1].replace("&#39;", "'")
    for tag in ("style", "script"):
        content = re.findall(f"<{tag}>(.*?)</{tag}>", page, flags=re.DOTALL)
        assert len(content) == 1
        digest = base64.b64encode(hashlib.sha256(content[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in allowed
    assert allowed.startswith("default-src 'none'; img-src data:; ")
    assert "unsafe" not in allowed
    assert page.index("Content-Security-Policy") < page.index("<style>")


def test_page_needs_nothing_from_elsewhere(page: str) -> None:
    assert "http://" not in page
    assert "https://" not in page
    found = read(page)
    addresses = [value for _, name, value in found.attributes if name in {"src", "href", "action", "srcset", "data"}]
    assert addresses
    assert all(value.startswith(("#", "data:")) for value in addresses)
    assert not {"link", "iframe", "object", "base", "form"} & set(found.tags)
    assert "@import" not in page
    assert "url(" not in page


def test_every_link_has_its_place(page: str) -> None:
    found = read(page)
    places = [value for _, name, value in found.attributes if name == "id"]
    assert len(places) == len(set(places))
    assert {value[1:] for _, name, value in found.attributes if name == "href"} <= set(places)


def test_headings_stand_in_order(chinese: str) -> None:
    names = [
        "findings",
        "cautions",
        "funnel",
        "basis",
        "policy",
        "cards",
        "agreement",
        "clusters",
        "topics",
        "abstained",
        "quality",
        "record",
    ]
    headings = re.findall("<h2>(.*?)</h2>", chinese)
    assert [heading for heading in headings if heading in labels.TEXT.values()] == [labels.TEXT[n] for n in names]
    for name in (
        "baselines",
        "by_class",
        "confusion_figure",
        "curves",
        "groupings",
        "documents",
        "kinds",
        "rejections",
        "settings",
        "made_with",
        "glossary",
    ):
        assert f"<h3>{labels.TEXT[name]}</h3>" in chinese


def test_every_picture_has_words(chinese: str) -> None:
    images = re.findall(r'<img src="data:[^"]*" alt="([^"]+)">', chinese)
    assert len(images) == 4 == chinese.count("<img") == len(set(images))
    assert chinese.count("</figcaption>\n</figure>") >= 4
    assert chinese.count("<figcaption>每个点是概率相近的") == 1
    assert chinese.count("<figcaption>横轴从左到右") == 1
    assert chinese.count("<figcaption>横条为") == 1
    assert chinese.count("<figcaption>行是参照标注") == 1


def test_every_passage_names_its_place(chinese: str, report: Report) -> None:
    assert report.policy is not None
    first = report.policy.lines[0].typical[0]
    assert f"<code>{first.passage_id}</code> {passages.place(first)}" in chinese
    assert "page01.txt · 字符 0–40、60–67" in chinese


def test_words_of_the_page_stand_in_words() -> None:
    for file in (files("qztopics.report") / "templates").iterdir():
        content = file.read_text(encoding="utf-8")
        # A script joins words with the marks of their language; a template does not.
        marks = "" if file.name.endswith(".js") else "，。：（）"
        han = re.findall(f"[\u3400-\u9fff{marks}]", content)
        assert han == [], file.name


def test_every_label_is_used() -> None:
    room = files("qztopics.report")
    templates = "".join(file.read_text(encoding="utf-8") for file in (room / "templates").iterdir())
    code = "".join(
        file.read_text(encoding="utf-8")
        for folder in (room, room / "words" / "zh")
        for file in folder.iterdir()
        if file.name.endswith(".py")
    )
    unused = [
        k
        for k in labels.TEXT
        if not re.search(rf"\bt\.{k}\b", templates) and not re.search(rf"TEXT\[[\"']{k}[\"']\]", code)
    ]
    assert unused == []


def test_without_labels_the_page_says_that_nothing_was_measured(fakes: SimpleNamespace) -> None:
    rows, model = fakes.rows(), fakes.model()
    model.facts = replace(model.facts, n_labels=0)
    model.classifier.calibrated = False
    report = prepare(rows, model, fakes.summary(rows), None, name="n", version="v", made_with={})
    page = fakes.shown(render(report, draw(report)))
    assert "没有参照标注，因此不知道分类有多准" in page
    assert "准确率未测量" in page
    assert "概率未经校准" in page
    assert page.count("<img") == 1


def test_topic_modeller(fakes: SimpleNamespace) -> None:
    plain = {
        "nearest": None,
        "probability": None,
        "policy_topic": None,
        "runner_up": None,
        "runner_up_probability": None,
    }
    rows = [replace(row, **plain, abstain_reason=None) for row in fakes.rows()]
    report = prepare(
        rows, fakes.model(with_taxonomy=False), fakes.summary(rows), None, name="n", version="v", made_with={}
    )
    page = fakes.shown(render(report, draw(report)))
    assert "<h1>文本主题报告：n</h1>" in page
    assert groups.NO_POLICY in page
    assert 'id="policy"' not in page
    assert 'href="#policy"' not in page
    assert 3 <= len(front.findings(report)) <= 5
    read(page)


def test_zero_rows(fakes: SimpleNamespace) -> None:
    nothing = CorpusSummary((), (), 0, 0, 0, 0, 0, (0,) * 8)
    report = prepare([], fakes.model(n_topics=2, n_clusters=2), nothing, None, name="n", version="v", made_with={})
    page = render(report, draw(report))
    assert "本次没有可供分析的正文片段" in page
    read(page)


def test_many_codes_leave_the_matrix_out(report: Report) -> None:
    assert report.agreement is not None
    evaluation = report.agreement.evaluation
    n = 40
    wide = replace(
        evaluation,
        codes=tuple(f"c{i}" for i in range(n)),
        per_class=tuple(replace(evaluation.per_class[0], code=f"c{i}") for i in range(n)),
        confusion=tuple(tuple(int(i == j) for j in range(n)) for i in range(n)),
    )
    many = replace(report, agreement=replace(report.agreement, evaluation=wide, names=wide.codes, names_en=wide.codes))
    figures = draw(many)
    assert figures.confusion is None
    assert 'class="matrix"' not in render(many, figures)


def test_equal_bytes(report: Report) -> None:
    assert render(report, draw(report)) == render(report, draw(report))
