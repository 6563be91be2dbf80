"""The second reader of web pages: tags removed and nothing else. It counts what the first one must not lose."""

from __future__ import annotations

import re

from qztopics.corpus.formats.elements import ENDS_LINE
from qztopics.corpus.formats.markup import unescaped
from qztopics.corpus.formats.rendering import SPACES

_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9]*)")


def stripped(page: str) -> str:
    r"""Text of a page without tags, comments, scripts and styles.

    Shares no state with the first reader; a `>` in a quoted value ends the tag here.

    Examples
    --------
    >>> stripped("<p>泉<b>水</b><p><!-- > -->清<script>1<2</script>")
    '泉水\n清\n'
    """
    head, *pieces = page.split("<")
    found = [head]
    until = ""  # what ends the comment, script or style we are in
    last_comment_end = page.rfind("-->")
    at = len(head)  # where the `<` before the piece stands
    for piece in pieces:
        tag, closed, text = piece.partition(">")
        name = _NAME.match(tag)
        if until == "-->" or (not until and piece.startswith("!--") and at < last_comment_end):
            _, ended, text = piece.partition("-->")
            until = "" if ended else "-->"
        elif until:
            ends = piece[: len(until)].lower() == until
            until = "" if ends else until
            text = text if ends and closed else ""
        elif piece.startswith("![CDATA["):
            text = piece.removeprefix("![CDATA[")
        elif not closed or not (name or piece.startswith(("/", "!", "?"))):
            text = f"<{piece}"
        elif name:
            element = name[1].lower()
            if element in ENDS_LINE:
                found.append("\n")
            elif element in {"script", "style"} and not piece.startswith("/"):
                until, text = f"/{element}", ""
        at += len(piece) + 1
        found.append(SPACES.sub(" ", unescaped(text)) if text else "")
    lines = (line.strip() for line in "".join(found).split("\n"))
    return "".join(f"{line}\n" for line in lines if line)
