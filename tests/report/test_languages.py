"""The two languages of the pages: same words to ask for, no text in templates, no Chinese left in English."""

from __future__ import annotations

import dataclasses
import inspect
import pkgutil
import re
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from qztopics.report.contents import Figures
from qztopics.report.page import render
from qztopics.report.prepare import prepare
from qztopics.report.words import en, zh
from qztopics.report.words.both import Both, Words, attribute

if TYPE_CHECKING:
    from types import ModuleType, SimpleNamespace

HAN = "[\u3400-\u9fff，。：；（）、“”]"
WORKBOOK = {"sheets"}
"""The workbook is for Excel and in Chinese only."""
MODULES = [info.name for info in pkgutil.iter_modules(zh.__path__) if info.name not in WORKBOOK]


def public(module: ModuleType) -> dict[str, Any]:
    """What a module of words offers: its own functions and its texts."""
    return {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_")
        and ((inspect.isfunction(value) and value.__module__ == module.__name__) or name.isupper())
        and not isinstance(value, int | float)
    }


def test_both_languages_have_the_same_modules() -> None:
    assert [info.name for info in pkgutil.iter_modules(en.__path__)] == MODULES
    assert {"front", "policy", "agreement", "labels", "record"} <= set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_both_languages_have_the_same_names_with_the_same_signatures(name: str) -> None:
    chinese, english = (public(import_module(f"qztopics.report.words.{side}.{name}")) for side in ("zh", "en"))
    assert chinese.keys() == english.keys()
    for key, value in chinese.items():
        other = english[key]
        assert type(value) is type(other), key
        if inspect.isfunction(value):
            assert inspect.signature(value) == inspect.signature(other), key
        elif isinstance(value, dict):
            assert value.keys() == other.keys(), key
        elif isinstance(value, tuple):
            assert len(value) == len(other), key


def test_a_name_that_one_language_lacks_is_an_error() -> None:
    with pytest.raises(AttributeError):
        _ = Words(zh, en).labels.nothing_of_the_kind
    with pytest.raises(AttributeError, match="no attribute"):
        _ = Words(zh, en).no_such_part


def test_no_template_holds_text_of_its_own() -> None:
    for file in (files("qztopics.report") / "templates").iterdir():
        if not file.name.endswith(".html"):
            continue
        markup = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        for name in ("alt", "title", "aria-label", "placeholder", "data-label"):
            assert not re.search(rf'\s{name}="[^"]*\w', markup), (file.name, name)
        text = re.sub(r"&#?\w+;", "", re.sub(r"<[^>]*>", "", markup))
        assert re.findall(r"[^\W\d_]+", text) == [], file.name


def without_han(value: Any) -> Any:
    """The same numbers with every Chinese character of a name, term or passage replaced."""
    if isinstance(value, str):
        return re.sub(HAN, "x", value)
    if isinstance(value, tuple):
        return tuple(map(without_han, value))
    if dataclasses.is_dataclass(value):
        changed = {f.name: without_han(getattr(value, f.name)) for f in dataclasses.fields(value) if f.init}
        return dataclasses.replace(value, **changed)  # type: ignore[type-var]
    return value


@pytest.mark.parametrize("labelled", [True, False])
def test_the_english_page_holds_no_chinese_but_data(fakes: SimpleNamespace, labelled: bool) -> None:
    rows = fakes.rows()
    report = prepare(
        rows,
        fakes.model(),
        fakes.summary(rows),
        fakes.evaluation() if labelled else None,
        name="n",
        version="v",
        made_with={},
        notes=["说明。"],
        shares=fakes.shares() if labelled else fakes.shares("few_labels"),
        audit=fakes.audit(with_labels=labelled),
    )
    figures = Figures(**{f.name: b"<svg/>" for f in dataclasses.fields(Figures) if "bytes" in str(f.type)})
    page = fakes.shown(render(without_han(report), figures), "en")
    body = re.sub(r"<(style|script)[^>]*>.*?</\1>", "", page, flags=re.DOTALL)
    body = re.sub(r'<div class="language".*?</div>', "", body, flags=re.DOTALL)
    found = re.findall(rf".{{0,40}}(?:{HAN.replace('“”', '')})+.{{0,20}}", body)
    assert found == []


def test_the_chinese_page_holds_no_english_sentence(fakes: SimpleNamespace) -> None:
    rows = fakes.rows()
    report = prepare(rows, fakes.model(), fakes.summary(rows), fakes.evaluation(), name="n", version="v", made_with={})
    page = fakes.shown(render(report, Figures()), "zh")
    body = re.sub(r"<(style|script)[^>]*>.*?</\1>", "", page, flags=re.DOTALL)
    text = re.sub("<[^>]*>", " ", body)
    # What was rejected says so in the words of the reader of files.
    said = [
        found
        for found in re.findall(r"[A-Za-z]+(?: [a-z]+){3,}", text)
        if "files are not read" not in found and "save the file" not in found
    ]
    assert said == []


def test_an_attribute_stands_in_both_languages_and_is_escaped() -> None:
    assert str(attribute(Both('a"<', "b&"), "alt")) == 'alt="a&#34;&lt;" data-alt-en="b&amp;"'
    assert str(attribute(Both("文件", "File"), "data-label")) == 'data-label="文件" data-label-en="File"'


def test_a_policy_topic_without_an_english_name_keeps_its_own(fakes: SimpleNamespace) -> None:
    from qztopics.policy.taxonomy import taxonomy_from_labels

    assert {topic.name_en for topic in taxonomy_from_labels(["体育", "财经"]).topics} == {"体育", "财经"}
