"""HTML elements by what they do to lines and to the elements around them."""

from __future__ import annotations

BLOCKS = frozenset(
    [
        "address", "article", "aside", "blockquote", "body", "caption", "center", "details", "dialog", "dir", "div",
        "dl", "fieldset", "figcaption", "figure", "footer", "form", "frameset", "h1", "h2", "h3", "h4", "h5", "h6",
        "header", "hgroup", "hr", "html", "iframe", "legend", "main", "menu", "nav", "ol", "p", "plaintext", "pre",
        "search", "section", "summary", "ul", "xmp",
    ]
)  # fmt: skip
"""A blank line stands before and after them."""

LINES = frozenset(["dd", "dt", "li", "optgroup", "option", "select", "textarea"])
"""They stand on lines of their own."""

ITEMS = frozenset(["dd", "dt", "li"])
CELLS = frozenset(["tbody", "td", "tfoot", "th", "thead", "tr"])
TABLE = CELLS | {"table"}
ENDS_LINE = BLOCKS | LINES | TABLE | {"br"}

SPECIAL = BLOCKS | LINES | TABLE | {"button", "noscript", "object", "template"}
"""The end tag of one of them also closes what is open inside it."""

VOID = frozenset(
    [
        "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta",
        "param", "source", "track", "wbr",
    ]
)  # fmt: skip
"""They have no content and no end tag."""

UNSEEN = frozenset(["datalist", "noscript", "rp", "template"])
UNSEEN_RAW = frozenset(["iframe", "noembed", "noframes", "title"])

CLOSED_BY = {
    "a": {"a"},
    "button": {"button"},
    "p": BLOCKS | {"table", "li", "dd", "dt"},
    "li": {"li"},
    "dd": {"dd", "dt"},
    "dt": {"dd", "dt"},
    "option": {"option", "optgroup"},
    "optgroup": {"optgroup"},
    "td": CELLS,
    "th": CELLS,
    "tr": CELLS - {"td", "th"},
    "tbody": CELLS - {"td", "th", "tr"},
    "tfoot": CELLS - {"td", "th", "tr"},
    "thead": CELLS - {"td", "th", "tr"},
    "rp": {"rb", "rp", "rt"},
}
"""Start tags that close an open element beside them."""
