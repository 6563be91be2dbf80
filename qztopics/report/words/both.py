"""Two languages in one page: what a template asks for is answered in both, and the page shows one of them."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from qztopics.report.visible import visible

if TYPE_CHECKING:
    from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Both:
    """The same words in Chinese and in English.

    In a template `{{ both }}` shows one of the two as the reader has switched; `{{ both|attribute("alt") }}` writes
    the attributes `alt` and `data-alt-en`, which the page's script swaps.
    """

    zh: str
    en: str

    def __html__(self) -> str:
        """Write both languages as escaped markup; the style sheet hides one."""
        from markupsafe import Markup

        return Markup('<span class="zh">{}</span><span class="en" lang="en">{}</span>').format(
            visible(self.zh), visible(self.en)
        )


class Words:
    """Modules of words in both languages as one: functions, texts, tuples and tables answer with `Both`.

    Parameters
    ----------
    zh, en
        Packages or modules with the same names inside.

    Examples
    --------
    >>> import types
    >>> zh, en = types.ModuleType("zh"), types.ModuleType("en")
    >>> zh.pages, en.pages = (lambda n: f"{n} 页"), (lambda n: f"{n} pages")
    >>> Words(zh, en).pages(3)
    Both(zh='3 页', en='3 pages')
    """

    def __init__(self, zh: ModuleType, en: ModuleType) -> None:
        self._zh, self._en = zh, en

    def __getattr__(self, name: str) -> object:
        """Give the name of both modules as one.

        Raises
        ------
        AttributeError
            One of the two does not have it.
        """
        zh, en = getattr(self._zh, name), getattr(self._en, name)
        if isinstance(zh, ModuleType) and isinstance(en, ModuleType):
            return Words(zh, en)
        if callable(zh) and callable(en):
            return lambda *given, **named: pair(
                zh(*(_side(g, "zh") for g in given), **{k: _side(g, "zh") for k, g in named.items()}),
                en(*(_side(g, "en") for g in given), **{k: _side(g, "en") for k, g in named.items()}),
            )
        return pair(zh, en)


def pair(zh: object, en: object) -> object:
    """Join two answers of the same shape: equal ones stay one, texts become `Both`, tuples and tables go by item.

    Raises
    ------
    ValueError
        The two have different shapes.

    Examples
    --------
    >>> pair(("日期", "2025"), ("date", "2025"))
    (Both(zh='日期', en='date'), '2025')
    """
    if zh == en:
        return zh
    if isinstance(zh, str) and isinstance(en, str):
        return Both(zh, en)
    if isinstance(zh, tuple | list) and isinstance(en, tuple | list):
        return tuple(pair(a, b) for a, b in zip(zh, en, strict=True))
    if isinstance(zh, dict) and isinstance(en, dict) and zh.keys() == en.keys():
        return {key: pair(zh[key], en[key]) for key in zh}
    raise ValueError(f"the two languages answer in different shapes: {zh!r} and {en!r}")


def attribute(value: Both | str, name: str) -> Markup:
    """Write an HTML attribute in both languages: `name="中文" data-name-en="English"`.

    Examples
    --------
    >>> str(attribute(Both("份额", "share"), "data-label"))
    'data-label="份额" data-label-en="share"'
    """
    from markupsafe import Markup

    if isinstance(value, str):
        return Markup('{}="{}"').format(Markup(name), visible(value))  # noqa: S704 - names are the template's own
    second = f"{name}-en" if name.startswith("data-") else f"data-{name}-en"
    return Markup('{}="{}" {}="{}"').format(Markup(name), visible(value.zh), Markup(second), visible(value.en))  # noqa: S704


def _side(value: object, side: str) -> object:
    """One language of what a template hands back to a function of words."""
    if isinstance(value, Both):
        return getattr(value, side)
    if isinstance(value, dict):
        return {key: _side(v, side) for key, v in value.items()}
    if type(value) in {tuple, list}:
        return tuple(_side(v, side) for v in value)  # type: ignore[attr-defined]
    return value
