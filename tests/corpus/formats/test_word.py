from __future__ import annotations

import io
import socket
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.corpus.formats.parsed import FormatError, Limits, PageText
from qztopics.corpus.formats.word import read_word

LIMITS = Limits()
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    f'xmlns:m="{OFFICE}/math" xmlns:r="{OFFICE}/relationships"'
)


def relation(number: int, kind: str, target: str, more: str = "") -> str:
    return f'<Relationship Id="r{number}" Type="{kind}" Target="{target}"{more}/>'


def relations(*inner: str) -> str:
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(inner)}</Relationships>'


def packed(files: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def parts(body: str, **more: str) -> dict[str, str | bytes]:
    notes = [relation(i, f"{OFFICE}/relationships/{kind}", f"{kind}.xml") for i, kind in enumerate(more)]
    return {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(
            relation(1, f"{OFFICE}/relationships/officeDocument", "word/document.xml"),
            relation(2, f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "docProps/core.xml": (
            '<cp:p xmlns:cp="x" xmlns:dc="y" xmlns:t="z"><dc:title>年报 &amp; 计划</dc:title>'
            "<t:created>2026-03-01T08:00:00Z</t:created></cp:p>"
        ),
        "word/document.xml": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations(*notes),
        **{f"word/{kind}.xml": f"<w:{kind} {SPACES}>{content}</w:{kind}>" for kind, content in more.items()},
    }


def run(text: str, properties: str = "") -> str:
    return f"<w:r>{properties}<w:t>{text}</w:t></w:r>"


def paragraph(*inner: str) -> str:
    return f"<w:p>{''.join(inner)}</w:p>"


def table(*rows: list[str]) -> str:
    cells = ("".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def read(body: str, **more: str) -> PageText:
    return read_word(packed(parts(body, **more)), LIMITS)


def refused(data: bytes, limits: Limits = LIMITS) -> FormatError:
    with pytest.raises(FormatError) as caught:
        read_word(data, limits)
    return caught.value


def test_paragraphs_and_properties() -> None:
    page = read(paragraph(run("　　一是"), run("清泉")) + paragraph() + paragraph(run("二是&lt;水&gt;")))
    assert page == PageText("　　一是清泉\n\n二是<水>\n", meta={"title": "年报 & 计划", "created": "2026-03-01"})


def test_breaks_tabs_and_hyphens() -> None:
    stops = '<w:pPr><w:tabs><w:tab w:pos="9"/></w:tabs></w:pPr>'
    signs = "<w:r><w:t>一</w:t><w:br/><w:t>二</w:t><w:tab/><w:t>三</w:t><w:cr/><w:t>A</w:t><w:noBreakHyphen/><w:t>B</w:t></w:r>"
    assert read(paragraph(stops, signs)).text == "一\n二 三\nA-B\n"


def test_symbols_of_symbol_fonts_are_left_out() -> None:
    assert (
        read(paragraph(run("甲"), '<w:r><w:sym w:char="F0B7"/><w:sym w:char="2460"/><w:sym w:char="x"/></w:r>')).text
        == "甲①\n"
    )


def test_tables_nested_and_plain() -> None:
    plain = table([paragraph(run("项目")), paragraph(run("数"))], [paragraph(run("泉")), paragraph(run("12"))])
    assert read(paragraph(run("前")) + plain + paragraph(run("后"))).text == "前\n\n项目\t数\n泉\t12\n\n后\n"
    nested = table([paragraph(run("左")), plain + paragraph(run("右"))])
    assert read(nested).text == "左\n\n项目\t数\n泉\t12\n\n右\n"


def box(*inner: str) -> str:
    return f"<w:txbxContent>{''.join(inner)}</w:txbxContent>"


def test_text_box_is_read_once() -> None:
    inner = box(paragraph(run("框内一")), table([paragraph(run("框内二")), paragraph(run("框内三"))]))
    both = (
        f"<w:r><mc:AlternateContent><mc:Choice Requires='wps'><wps:txbx>{inner}</wps:txbx></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{inner}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert read(paragraph(run("锚前"), both, run("锚后"))).text == "框内一\n\n框内二\t框内三\n\n锚前锚后\n"


def test_fallback_counts_where_the_choice_has_no_text() -> None:
    old = f"<w:pict><v:textbox>{box(paragraph(run('旧框')))}</v:textbox><v:textpath string='艺术字'/></w:pict>"
    both = f"<mc:AlternateContent><mc:Choice/><mc:Fallback>{old}</mc:Fallback></mc:AlternateContent>"
    assert read(paragraph(f"<w:r>{both}</w:r>", run("尾"))).text == "旧框\n\n艺术字尾\n"


def test_tracked_changes_are_accepted() -> None:
    body = paragraph(
        run("留"),
        f"<w:ins>{run('增')}</w:ins><w:moveTo>{run('来')}</w:moveTo><w:moveFrom>{run('去')}</w:moveFrom>",
        "<w:del><w:r><w:delText>删</w:delText></w:r><w:r><w:t>删</w:t></w:r></w:del>",
    )
    assert read(body).text == "留增来\n"


def test_paragraph_whose_end_was_deleted_goes_on_in_the_next() -> None:
    mark = "<w:pPr><w:rPr><w:del w:id='1'/></w:rPr></w:pPr>"
    assert read(paragraph(mark, run("上")) + paragraph(run("下")) + paragraph(mark, run("末"))).text == "上下\n\n末\n"


def test_links_fields_controls_formulas_and_hidden_text() -> None:
    field = '<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>PAGE</w:instrText></w:r>' + run("7")
    body = paragraph(
        f'<w:hyperlink r:id="r1">{run("链接")}</w:hyperlink>',
        field,
        f"<w:sdt><w:sdtContent>{run('控件')}</w:sdtContent></w:sdt>",
        "<m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath>",
        run("暗", "<w:rPr><w:vanish/></w:rPr>"),
        run("明", '<w:rPr><w:vanish w:val="0"/></w:rPr>'),
    )
    assert read(body).text == "链接7控件x=1明\n"


def test_ruby_reading_stands_behind_its_base() -> None:
    ruby = "".join(
        f"<w:ruby><w:rt>{run(reading)}</w:rt><w:rubyBase>{run(base)}</w:rubyBase></w:ruby>"
        for base, reading in [("澄", "chéng"), ("屿", "yǔ")]
    )
    assert read(paragraph(run("在"), f"<w:r>{ruby}</w:r>", run("市"))).text == "在澄屿（chéngyǔ）市\n"


def test_notes_stand_at_the_end_headers_and_comments_are_left_out() -> None:
    page = read(
        paragraph(run("正文"), '<w:r><w:footnoteReference w:id="1"/></w:r>'),
        header=paragraph(run("页眉")),
        comments=paragraph(run("批注")),
        endnotes=f"<w:endnote>{paragraph(run('尾注'))}</w:endnote>",
        footnotes=f"<w:footnote>{paragraph('<w:r><w:separator/></w:r>')}</w:footnote><w:footnote>{paragraph(run('脚注'))}</w:footnote>",
    )
    assert page.text == "正文\n\n脚注\n\n尾注\n"


def test_embedded_documents_are_remarked() -> None:
    assert [remark.code for remark in read(paragraph(run("文")) + '<w:altChunk r:id="r9"/>').remarks] == [
        "word_embedded"
    ]


def test_strict_namespaces_and_utf_16() -> None:
    files = parts(paragraph(run("泉水")))
    document = str(files["word/document.xml"]).replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    files["word/document.xml"] = f'<?xml version="1.0" encoding="utf-16"?>{document}'.encode("utf-16")
    assert read_word(packed(files), LIMITS).text == "泉水\n"


@pytest.mark.parametrize(
    "part", ["_rels/.rels", "docProps/core.xml", "word/document.xml", "word/styles.xml", "word/x.bin"]
)
@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE a [<!ENTITY a '0123456789'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>",
        "<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/x.dtd'>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]>",
        "<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://127.0.0.1:9/'> %p;]>",
    ],
)
def test_entity_bombs_and_external_entities(part: str, doctype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", lambda *_: pytest.fail("a socket was opened"))
    files = parts(paragraph(run("泉")))
    files[part] = doctype + str(files.get(part, "<a/>"))
    assert refused(packed(files)).code == "dtd"


@pytest.mark.slow
def test_text_node_of_157_megabytes_is_a_bomb() -> None:
    data = packed(parts(paragraph(run("a" * 157_000_000))))
    assert len(data) < 400_000
    assert refused(data).code == "bomb"


def test_too_long_a_text_is_truncated_and_says_so() -> None:
    page = read_word(packed(parts(paragraph(run("清泉")) * 500)), Limits(characters=101))
    assert [remark.code for remark in page.remarks] == ["truncated"]
    assert 101 <= len("".join(page.text.split())) <= 104


def test_deep_nesting_is_read_or_refused_never_lost() -> None:
    deep = "<w:sdt>" * 5_000 + paragraph(run("深处")) + "</w:sdt>" * 5_000
    assert read(deep + paragraph(run("外"))).text == "深处\n\n外\n"
    assert refused(packed(parts(deep)), Limits(depth=4_000)).code == "depth"
    tables = paragraph(run("最里"))
    for i in range(300):
        tables = table([paragraph(run(str(i))) + tables + paragraph()])
    assert read(tables).text.split() == [*map(str, reversed(range(300))), "最里"]


def test_locked_old_and_foreign_files_are_named() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert refused(ole + "EncryptedPackage".encode("utf-16-le")).code == "encrypted"
    assert refused(ole).code == "damaged"
    assert refused(packed({"xl/workbook.xml": "<a/>"})).code == "damaged"
    assert refused(b"").code == "damaged"


def test_documents_without_text_say_why() -> None:
    assert refused(packed(parts(paragraph()))).code == "empty"
    assert refused(packed({**parts(paragraph()), "word/media/image1.png": b"x"})).code == "image_only"


def test_relations_that_lead_nowhere_do_no_harm() -> None:
    files = parts(paragraph(run("泉")))
    files["_rels/.rels"] = relations(relation(1, f"{OFFICE}/relationships/officeDocument", "../../../etc/passwd"))
    files["word/_rels/document.xml.rels"] = relations(
        relation(1, f"{OFFICE}/relationships/footnotes", "http://127.0.0.1/", ' TargetMode="External"'),
        relation(2, f"{OFFICE}/relationships/footnotes", "/word/missing.xml"),
    )
    assert read_word(packed(files), LIMITS).text == "泉\n"


@pytest.mark.slow
@settings(deadline=None, max_examples=100)
@given(st.data())
def test_damaged_xml_never_escapes(draw: st.DataObject) -> None:
    files = parts(table([paragraph(run("泉")), paragraph(run("水"))]), footnotes=paragraph(run("注")))
    name = draw.draw(st.sampled_from(["_rels/.rels", "word/document.xml", "word/footnotes.xml", "docProps/core.xml"]))
    content = bytearray(str(files[name]).encode())
    for _ in range(draw.draw(st.integers(1, 3))):
        content[draw.draw(st.integers(0, len(content) - 1))] = draw.draw(st.integers(0, 255))
    files[name] = bytes(content)
    try:
        found = read_word(packed(files), LIMITS).text
    except FormatError as error:
        found = error.code
    assert found.endswith("\n") or found in {"damaged", "empty", "dtd"}


WORDS = st.text("清泉石上流", min_size=1, max_size=4)
SHELLS = st.sampled_from(["<w:ins>{}</w:ins>", "<w:sdt>{}</w:sdt>", "<w:smartTag>{}</w:smartTag>"])
BLOCKS = st.recursive(
    st.tuples(WORDS, SHELLS).map(lambda pair: paragraph(pair[1].format(run(pair[0])))),
    lambda inner: st.lists(inner, min_size=1, max_size=3).map(lambda cells: table(cells) + paragraph()),
    max_leaves=12,
)


@pytest.mark.slow
@settings(deadline=None, max_examples=80)
@given(st.lists(BLOCKS, min_size=1, max_size=5))
def test_characters_in_are_characters_out(blocks: list[str]) -> None:
    body = "".join(blocks)
    expected = "".join(c for c in body if "\u4e00" <= c <= "\u9fff")
    assert "".join(read(body).text.split()) == expected
