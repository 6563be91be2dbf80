"""Seconds per MB of the web page reader on hostile pages, and how they grow with the size.

    python benchmarks/hostile_html.py [--sizes 65536 262144 1048576]

Each family is a page that makes some well-known parser quadratic or lose text. The bar: exponent at most 1.2, at most
1 s/MB, and the character at the end of the page still there.
"""

from __future__ import annotations

import argparse
import math
import time
from typing import TYPE_CHECKING

from qztopics.corpus.formats.html import read_html
from qztopics.corpus.formats.parsed import FormatError, Limits

if TYPE_CHECKING:
    from collections.abc import Callable

MARK = "<p>泉水清凉"


def repeated(unit: str) -> Callable[[int], str]:
    """Page of one unit over and over."""
    return lambda size: unit * (size // len(unit.encode()))


def numbered(unit: str) -> Callable[[int], str]:
    """Page of a unit with a running number in it."""
    return lambda size: "".join(unit.format(i) for i in range(size // (len(unit) + 3)))


FAMILIES: dict[str, Callable[[int], str]] = {
    "comment opens": repeated("<!--"),
    "comments, one end": lambda size: "<!-- > " * (size // 7) + "--!>",
    "declaration opens": repeated("<!["),
    "cdata opens": lambda size: "<![CDATA[" * (size // 9) + "]]>",
    "open font": repeated("<font>"),
    "open div": repeated("<div>"),
    "nested tables": repeated("<table><tr><td>表"),
    "bold, each other": numbered("<b a={}><p>文"),
    "many attributes": lambda size: "<a " + numbered("x{}=1 ")(size) + ">",
    "giant attribute": lambda size: f'<a title="{"值>" * (size // 4)}">',
    "torn quotes": repeated("""<a x="><b y='>"""),
    "quotes to the end": repeated("""<a x=">" y"""),
    "quotes back to start": lambda size: '<a x="><a " ' * (size // 12) + 'y="',
    "spaces in tags": lambda size: "<a" + " " * size + "=>",
    "equals in tags": lambda size: "<a " + "x = " * (size // 4) + ">",
    "title opens": repeated("<title>"),
    "raw, far end": lambda size: "<textarea>" * (size // 10) + "</textarea>",
    "hidden nest": repeated("<div hidden><b>"),
    "hidden list": repeated("<ul hidden><li>暗</ul>"),
    "stray end tags": lambda size: "<p hidden>" + "<i></u>" * (size // 7) + "</p>",
    "references": repeated("&" + "a" * 32),
    "giant reference": lambda size: "&#" + "9" * size + ";",
    "angle brackets": repeated("< "),
    "spaces": lambda size: "文" + " " * size,
    "wrapped": repeated("文 \n \n"),
    "rows": repeated("<tr><td>一<td>二"),
    "ruby": repeated("<ruby>泉<rt>quán"),
}


def main() -> None:
    """Print one line per family; exit 1 where one is over the bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2**16, 2**18, 2**20])
    sizes = sorted(parser.parse_args().sizes)
    failed = False
    for family, make in FAMILIES.items():
        seconds, kept = [], True
        for size in sizes:
            page = (make(size) + MARK).encode()
            started = time.process_time()
            try:
                kept = MARK[3:] in read_html(page, Limits()).text and kept
            except FormatError:
                kept = False
            seconds.append(max(time.process_time() - started, 0.002))
        exponent = math.log(seconds[-1] / seconds[0]) / math.log(sizes[-1] / sizes[0])
        per_megabyte = seconds[-1] / sizes[-1] * 2**20
        failed = failed or exponent > 1.2 or per_megabyte > 1
        print(f"{family:22} {per_megabyte:6.2f} s/MB  exponent {exponent:5.2f}  end {'kept' if kept else 'unseen'}")
    raise SystemExit(failed)


if __name__ == "__main__":
    main()
