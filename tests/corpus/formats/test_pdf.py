from __future__ import annotations

import random
import struct
import sys
import zlib
from pathlib import Path

import pytest

from qztopics.corpus.formats.parsed import FormatError, Limits
from qztopics.corpus.formats.pdf import _pages, read_pdf
from qztopics.corpus.formats.pdf_lines import Glyph, upright
from qztopics.corpus.formats.pdf_paragraphs import join_pages, read_page
from qztopics.corpus.supervised import COMMAND, Supervisor

WIDTH, HEIGHT = 600, 800
STORY = (
    "清早的薄雾里林家坳的稻田已经有人下地今年村里新修了灌溉水渠三千二百米引来山上的泉水"
    "合作社添置收割机十二台统一调度农户只要打一个电话老陈算了一笔账一亩地能省工钱八十元"
    "渔港夜里灯火明茶园开采忙校园添了新食堂幼儿园报名的人多诊室门前不再排队急救车五分钟就到"
)


def stream(data: bytes, extra: bytes = b"") -> bytes:
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(data), extra, data)


def pdf(objects: dict[int, bytes], trailer: bytes = b"") -> bytes:
    """File of numbered objects with a right cross-reference table; object 1 is the catalog."""
    out = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    out += b"trailer << /Size %d /Root 1 0 R %b >>\nstartxref\n%d\n%%%%EOF" % (max(objects) + 1, trailer, start)
    return bytes(out)


USED = sorted(set(Path(__file__).read_text(encoding="utf-8") + "0123456789"), key=ord)
CODES = [(b"<%b>" % char.encode("utf-16-be").hex().encode()) for char in USED if " " <= char <= "\uffff"]
CMAP = (
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def\n"
    b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
    + b"".join(
        b"%d beginbfchar\n%b\nendbfchar\n" % (len(part), b"\n".join(code + b" " + code for code in part))
        for part in (CODES[k : k + 100] for k in range(0, len(CODES), 100))
    )
    + b"1 beginbfchar <E000> <D842DFB7> endbfchar endcmap end end"
)


def square_font() -> bytes:
    """TrueType font whose only glyph is a square of nearly one em."""
    box = (40, -160, 960, 760)
    glyph = struct.pack(">hhhhhHH", 1, *box, 3, 0) + b"\x01" * 4
    xs, ys = (40, 920, 0, -920), (-160, 0, 920, 0)
    glyph += struct.pack(">4h", *xs) + struct.pack(">4h", *ys)
    tables = {
        b"cmap": struct.pack(">HHHHI", 0, 1, 1, 0, 12) + struct.pack(">HHH", 0, 262, 0) + bytes(256),
        b"glyf": glyph,
        b"head": struct.pack(">IIIIHHqqhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 3, 1000, 0, 0, *box, 0, 8, 2, 1, 0),
        b"hhea": struct.pack(">I3hH11hH", 0x10000, 800, -200, 0, 1000, 40, 40, 960, 1, *[0] * 7, 2),
        b"hmtx": struct.pack(">HhHh", 1000, 0, 1000, 40),
        b"loca": struct.pack(">III", 0, 0, len(glyph)),
        b"maxp": struct.pack(">IHHHHHHHHHHHHHH", 0x10000, 2, 4, 1, *[0] * 11),
    }
    out, body = struct.pack(">IHHHH", 0x10000, len(tables), 64, 2, 48), b""
    for tag, table in tables.items():
        out += struct.pack(">4sIII", tag, 0, 12 + 16 * len(tables) + len(body), len(table))
        body += table + bytes(-len(table) % 4)
    return out + body


FONT = {
    3: b"<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
    4: b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Song /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) "
    b"/Supplement 0 >> /DW 1000 /FontDescriptor 6 0 R /CIDToGIDMap 9 0 R >>",
    5: stream(CMAP),
    6: b"<< /Type /FontDescriptor /FontName /Song /Flags 4 /FontBBox [40 -160 960 760] /ItalicAngle 0 /Ascent 800 "
    b"/Descent -200 /CapHeight 700 /StemV 80 /FontFile2 8 0 R >>",
    8: stream(zlib.compress(square_font()), b"/Filter /FlateDecode"),
    9: stream(zlib.compress(b"\0\1" * 65536), b"/Filter /FlateDecode"),
}  # fmt: skip


def shown(x: float, y: float, size: float, text: str, matrix: str = "1 0 0 1") -> bytes:
    """Operators that show a text with its baseline `y` points below the top of the page."""
    return f"BT /F {size} Tf {matrix} {x} {HEIGHT - y} Tm <{text.encode('utf-16-be').hex()}> Tj ET\n".encode()


def document(*contents: bytes, page: bytes = b"", trailer: bytes = b"", more: dict[int, bytes] | None = None) -> bytes:
    kids = range(20, 20 + 2 * len(contents), 2)
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Count %d /Kids [%b] >>" % (len(contents), b" ".join(b"%d 0 R" % kid for kid in kids)),
        **FONT,
    }
    for kid, content in zip(kids, contents, strict=True):
        objects[kid] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R %b /Resources << /Font << /F 3 0 R >> "
            b"/XObject << /I 7 0 R >> >> >>" % (WIDTH, HEIGHT, kid + 1, page)
        )
        objects[kid + 1] = stream(content)
    image = stream(
        b"\0" * 100, b"/Type /XObject /Subtype /Image /Width 10 /Height 10 /ColorSpace /DeviceGray /BitsPerComponent 8"
    )
    return pdf({**objects, 7: image, **(more or {})}, trailer)


PICTURE = b"q 500 0 0 500 50 100 cm /I Do Q\n"


def paragraphs(count: int, rng: random.Random, least: int = 20, most: int = 80) -> list[str]:
    result = []
    for n in range(count):
        start = rng.randrange(20)
        result.append(f"{n}甲" + (STORY * 2)[start : start + rng.randrange(least, most)] + "。")
    return result


def set_rows(texts: list[str], width: int) -> list[tuple[int, str]]:
    """Rows (indentation in em, text) of paragraphs set in a column `width` characters wide."""
    rows = []
    for text in texts:
        rows.append((2, text[: width - 2]))
        rest = text[width - 2 :]
        rows += [(0, rest[k : k + width]) for k in range(0, len(rest), width)]
    return rows


def columns(rows: list[tuple[int, str]], places: list[float], top: float, height: int, size: float = 10) -> list[tuple]:
    """Where each row stands when they fill columns of `height` rows, one after the other."""
    return [
        (places[n // height] + indent * size, top + 1.6 * size * (n % height), size, text)
        for n, (indent, text) in enumerate(rows)
    ]


def expected(texts: list[str]) -> str:
    return "\n".join("　　" + text for text in texts)


def read(data: bytes, limits: Limits | None = None) -> str:
    return read_pdf(data, limits or Limits()).text


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("number", "width"), [(1, 40), (2, 24), (3, 16), (4, 12)])
@pytest.mark.parametrize("shuffled", [False, True])
def test_indented_paragraphs_come_back_whole_over_lines_and_columns(number, width, seed, shuffled) -> None:
    """Columns end in the middle of sentences; the order of rows in the file does not matter."""
    rng = random.Random(f"{seed} {number}")
    texts = paragraphs(12, rng)
    rows = set_rows(texts, width)
    placed = columns(rows, [40 + n * (width * 10 + 15) for n in range(number)], 60, -(-len(rows) // number))
    if shuffled:
        rng.shuffle(placed)
    assert read(document(b"".join(shown(*row) for row in placed))) == expected(texts)


@pytest.mark.parametrize("gutter", [12, 15, 25])
def test_a_headline_stands_above_its_columns_and_two_articles_stay_apart(gutter: int) -> None:
    rng = random.Random(gutter)
    above, below = paragraphs(9, rng), paragraphs(6, rng)
    places = [40 + n * (160 + gutter) for n in range(3)]
    rows_above, rows_below = set_rows(above, 16), set_rows(below, 16)
    first = columns(rows_above, places, 110, -(-len(rows_above) // 3))
    bottom = max(row[1] for row in first)
    second = columns(rows_below, places, bottom + 60, -(-len(rows_below) // 3))
    heads = [(160, 80, 24, "稻田有了新帮手"), (220, bottom + 38, 20, "渔港夜里灯火明")]
    byline = [(235, 94, 10, "本报记者 林一")]
    page = b"".join(shown(*row) for row in [*byline, *first, *second, *heads])
    assert read(document(page)).replace("　　本报", "本报") == (
        f"稻田有了新帮手\n\n本报记者 林一\n{expected(above)}\n\n渔港夜里灯火明\n\n{expected(below)}"
    )


def test_articles_side_by_side_are_read_one_after_the_other() -> None:
    rng = random.Random(5)
    left, right = paragraphs(6, rng), paragraphs(6, rng)
    rows_left, rows_right = set_rows(left, 12), set_rows(right, 12)
    placed = [
        *columns(rows_left, [30, 165], 120, -(-len(rows_left) // 2)),
        *columns(rows_right, [310, 445], 120, -(-len(rows_right) // 2)),
        (90, 90, 20, "稻田有了帮手"),
        (370, 90, 20, "渔港灯火通明"),
    ]
    random.Random(1).shuffle(placed)
    assert read(document(b"".join(shown(*row) for row in placed))) == (
        f"稻田有了帮手\n\n{expected(left)}\n\n渔港灯火通明\n\n{expected(right)}"
    )


def test_header_and_page_number_stand_on_their_own_lines_and_part_no_columns() -> None:
    texts = paragraphs(8, random.Random(3))
    rows = set_rows(texts, 16)
    placed = [
        (40, 30, 10, "2031年5月1日"), (520, 30, 10, "第3版"), (290, 780, 10, "3"),
        *columns(rows, [40, 215, 390], 80, -(-len(rows) // 3)),
    ]  # fmt: skip
    assert read(document(b"".join(shown(*row) for row in placed))) == (f"2031年5月1日\n第3版\n\n{expected(texts)}\n\n3")


@pytest.mark.parametrize("number", ["", "— {} —"])
def test_a_paragraph_runs_on_over_a_page_break_and_a_page_number(number: str) -> None:
    texts = paragraphs(14, random.Random(8), 60, 130)
    rows = set_rows(texts, 30)
    pages, feet = [], []
    for first in range(0, len(rows), 17):
        page = columns(rows[first : first + 17], [100], 80, 40, 14)
        if number:
            page.append((280, 770, 10, number.format(len(pages) + 1)))
            feet.append(number.format(len(pages) + 1))
        pages.append(b"".join(shown(*row) for row in page))
    lines = read(document(*pages)).split("\n")
    assert len(pages) > 2
    assert [line for line in lines if line.startswith("　　")] == expected(texts).split("\n")
    assert [line for line in lines if line and not line.startswith("　　")] == feet


def test_paragraphs_without_indentation_end_at_a_short_line_or_a_gap() -> None:
    texts = ["甲" + STORY[:70] + "。", "乙" + STORY[10:65] + "。", "丙" + STORY[5:90] + "。"]
    placed, y = [], 80.0
    for number, text in enumerate(texts):
        for k in range(0, len(text), 30):
            placed.append((60, y, 12, text[k : k + 30]))
            y += 18
        y += 18 * (number == 1)
    assert read(document(b"".join(shown(*row) for row in placed))) == f"{texts[0]}\n{texts[1]}\n\n{texts[2]}"


@pytest.mark.parametrize("turn", ["0 1 -1 0", "0 -1 1 0", "-1 0 0 -1"])
def test_a_turned_page_is_read_as_if_it_stood(turn: str) -> None:
    texts = paragraphs(5, random.Random(2))
    placed = columns(set_rows(texts, 30), [100], 100, 99)
    out = b""
    for x, y, size, text in placed:
        where = {"0 1 -1 0": (y, HEIGHT - x), "0 -1 1 0": (WIDTH - y, x), "-1 0 0 -1": (WIDTH - x, HEIGHT - y)}[turn]
        out += shown(*where, size, text, turn)
    angle = {"0 1 -1 0": 90, "0 -1 1 0": 270, "-1 0 0 -1": 180}[turn]
    for rotate in (angle, 0):
        assert read(document(out, page=b"/Rotate %d" % rotate)) == expected(texts)


def test_vertical_text_is_read_downwards_from_the_right() -> None:
    texts = paragraphs(5, random.Random(4))
    out = b""
    for n, (indent, row) in enumerate(set_rows(texts, 40)):
        for k, char in enumerate(row):
            out += shown(540 - 18 * n, 60 + 12 * (indent + k), 12, char)
    assert read(document(out)) == expected(texts)


def test_a_vertical_headline_beside_horizontal_text_is_one_line() -> None:
    texts = paragraphs(4, random.Random(6))
    out = b"".join(shown(60, 100 + 30 * k, 26, char) for k, char in enumerate("渔港夜里"))
    out += b"".join(shown(*row) for row in columns(set_rows(texts, 30), [120], 90, 60))
    assert read(document(out)) == f"渔港夜里\n\n{expected(texts)}"


def test_letters_and_numbers_keep_their_blanks_and_chinese_gets_none() -> None:
    rows = [(40, 100, 12, "全年共有 Big Data 项目"), (40, 120, 12, "三个,5G 基站 12 座。")]
    text = read(document(b"".join(shown(*row) for row in rows)))
    assert "Big Data" in text
    assert text.replace(" ", "").replace("\n", "") == "全年共有BigData项目三个,5G基站12座。"


def test_compatibility_characters_stay_and_others_past_the_first_plane_come_whole() -> None:
    assert read(document(shown(40, 100, 12, "⽂⼯兀\ue000田"))) == "⽂⼯兀𠮷田"


def test_pages_without_text_are_said() -> None:
    text = shown(40, 100, 12, "稻田有了新帮手")
    parsed = read_pdf(document(text, PICTURE, PICTURE, text, b"", PICTURE), Limits())
    assert parsed.text == "稻田有了新帮手\n\n稻田有了新帮手"
    assert [(r.code, r.words.split(" hold")[0]) for r in parsed.remarks] == [("image_only", "pages 2-3, 6")]
    assert _pages([1, 2, 3, 7]) == "pages 1-3, 7"


def test_too_many_pages_or_characters_are_cut_and_said() -> None:
    data = document(*[shown(40, 100, 12, f"第{n}页的稻田") for n in range(9)])
    parsed = read_pdf(data, Limits(pages=4))
    assert parsed.text.count("稻田") == 4
    assert [r.code for r in parsed.remarks] == ["truncated"]
    parsed = read_pdf(data, Limits(characters=20))
    assert len(parsed.text) <= 20
    assert [r.code for r in parsed.remarks] == ["truncated"]
    assert read_pdf(data, Limits(pages=9)).remarks == ()


def test_the_title_is_kept_and_the_date_of_making_is_not() -> None:
    info = b"<< /Title <FEFF7A3B7530> /CreationDate (D:20310501) >>"
    data = document(shown(40, 100, 12, "稻田"), trailer=b"/Info 19 0 R", more={19: info})
    assert dict(read_pdf(data, Limits()).meta) == {"title": "稻田"}


LOCK = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> >>"
UNMAPPED = {
    3: b"<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H /DescendantFonts [4 0 R] >>",
}


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("encrypted", document(shown(9, 9, 9, "稻田"), trailer=b"/Encrypt 19 0 R /ID [<00> <00>]", more={19: LOCK})),
        ("image_only", document(PICTURE)),
        ("image_only", document(PICTURE, b"")),
        ("image_only", document(shown(40, 100, 12, "稻田有了新帮手"), more=UNMAPPED)),
        ("empty", document(b"")),
        ("damaged", document()),
        ("damaged", b""),
        ("damaged", b"%PDF-1.7"),
        ("damaged", b"<html>"),
        ("damaged", document(shown(9, 9, 9, "稻田"))[:600]),
    ],
)
def test_what_gives_no_text_says_why(code: str, data: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        read_pdf(data, Limits())
    assert caught.value.code == code


def bomb(size: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(2**20)) for _ in range(size // 2**20)) + packer.flush()


def hostile(flips: int = 200, size: int = 2**30) -> dict[str, bytes]:
    """Files that want to hang, to fill the memory or to crash their reader."""
    good = document(shown(40, 100, 12, "稻田有了新帮手"))
    flate = b"/Filter [" + b"/FlateDecode " * 2 + b"]"
    loops = {
        "kids loop": document(shown(9, 9, 9, "稻"), more={2: b"<< /Type /Pages /Count 9 /Kids [2 0 R 2 0 R] >>"}),
        "parent loop": document(shown(9, 9, 9, "稻"), page=b"/Parent 20 0 R"),
        "contents loop": document(shown(9, 9, 9, "稻"), more={21: b"21 0 R"}),
        "form loop": document(b"/I Do", more={7: stream(b"/I Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /I 7 0 R >> >>")}),
        "forms by tens": document(b"/I0 Do", page=b"/Resources << /XObject << " + b" ".join(b"/I%d %d 0 R" % (k, 60 + k) for k in range(9)) + b" >> >>",
            more={60 + k: stream(b"/I%d Do " % (k + 1) * 10, b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /I%d %d 0 R >> >>" % (k + 1, 61 + k)) for k in range(9)}),
        "previous loop": good.replace(b"/Root", b"/Prev %d /Root" % good.rindex(b"xref\n0")),
        "font loop": document(shown(9, 9, 9, "稻"), more={3: FONT[3].replace(b"[4 0 R]", b"[3 0 R]")}),
        "count 1e9": document(shown(9, 9, 9, "稻"), more={2: b"<< /Type /Pages /Count 1000000000 /Kids [20 0 R] >>"}),
        "length -1": good.replace(b"/Length ", b"/Length -"),
        "length 4e9": good.replace(b"/Length ", b"/Length 4000000"),
        "size 2e9": good.replace(b"/Size ", b"/Size 20000000"),
        "deep arrays": document(b"[" * 10**6, more={19: b"[" * 10**5}),
        "deep dictionaries": document(b"q " * 10**6, more={19: b"<< /A " * 10**5}),
        "bomb": document(b"", more={21: stream(bomb(size), b"/Filter /FlateDecode")}),
        "bomb of bombs": document(b"", more={21: stream(zlib.compress(bomb(size), 9), flate)}),
        "bomb in a cmap": document(shown(9, 9, 9, "稻"), more={5: stream(bomb(size // 4), b"/Filter /FlateDecode")}),
        "cmap of 4e9 ranges": document(shown(9, 9, 9, "稻"), more={5: stream(CMAP.replace(b"endcmap", b"1 beginbfrange <00000000> <FFFFFFFF> <0000> endbfrange endcmap"))}),
        "cmap usecmap": document(shown(9, 9, 9, "稻"), more={5: stream(b"/../../../../etc/passwd usecmap")}),
        "encoding is a path": document(shown(9, 9, 9, "稻"), more={3: FONT[3].replace(b"Identity-H", b"#2Fetc#2Fpasswd")}),
        "a million glyphs": document(b"BT /F 1 Tf 1 0 0 1 9 9 Tm <" + b"7A3B" * 10**6 + b"> Tj ET"),
        "glyphs far out": document(b"".join(shown(1e30 * k, -1e30, 1e30, "稻") for k in range(99)) + shown(9, 9, 9, "稻")),
        "not a number": document(b"BT /F nan Tf 1e999 0 0 1 -inf 9 Tm <7A3B> Tj ET" + shown(9, 9, 9, "稻")),
        "page of 1e9 points": document(shown(9, 9, 9, "稻")).replace(b"[0 0 600 800]", b"[0 0 1e9 1e9]"),
    }  # fmt: skip
    rng = random.Random(0)
    for n in range(flips):
        flipped = bytearray(good)
        for _ in range(1 + n % 8):
            place = rng.randrange(len(flipped))
            flipped[place] ^= 1 << rng.randrange(8)
        loops[f"flip {n}"] = bytes(flipped)
    return loops


@pytest.mark.slow
def test_every_hostile_file_is_contained() -> None:
    """Text or a named refusal, each in time; a good file after each is still read."""
    good = document(shown(40, 100, 12, "稻田有了新帮手"))
    ends: dict[str, str] = {}
    with Supervisor(Limits(seconds=4, memory=2**28), COMMAND) as supervisor:
        for name, data in hostile(flips=60, size=2**28).items():
            try:
                ends[name] = "text" if supervisor.parse(".pdf", data).text else "nothing"
            except FormatError as error:
                ends[name] = error.code
            if ends[name] in {"timeout", "memory", "crashed"}:
                assert supervisor.parse(".pdf", good).text == "稻田有了新帮手"
    assert set(ends.values()) <= {"text", "damaged", "empty", "image_only", "encrypted", "timeout", "memory", "crashed"}
    assert sum(code in {"timeout", "crashed"} for code in ends.values()) <= 4


def test_glyphs_turned_by_where_they_stand() -> None:
    right = [Glyph(c, 10 * k, 0, 10 * k + 10, 10, 10) for k, c in enumerate("稻田里")]
    down = [Glyph(c, 0, -10 * k, 10, 10 - 10 * k, 10) for k, c in enumerate("稻田里")]
    assert upright(right)[1] is False
    turned, sideways = upright(down)
    assert sideways
    assert join_pages([read_page(turned, 100)]) == "稻田里"
    assert upright([]) == ([], False)
    assert join_pages([]) == ""


@pytest.mark.parametrize("seed", range(8))
def test_no_character_is_lost_or_doubled_wherever_it_stands(seed: int) -> None:
    rng = random.Random(seed)
    glyphs = []
    for k in range(300):
        x, y, size = rng.uniform(-50, 650), rng.uniform(-50, 850), rng.choice([6.0, 10.0, 10.0, 24.0])
        glyphs.append(Glyph(chr(0x4E00 + k), x, y, x + size, y + size, size))
    text = join_pages([read_page(glyphs, 800)])
    assert sorted(c for c in text if not c.isspace()) == sorted(g.text for g in glyphs)


if __name__ == "__main__":  # what the hostile files end in, for people
    with Supervisor(Limits()) as supervisor:
        for name, data in hostile().items():
            try:
                sys.stdout.write(f"{name}: {supervisor.parse('.pdf', data).text[:20]!r}\n")
            except FormatError as error:
                sys.stdout.write(f"{name}: {error.code} {error}\n")
