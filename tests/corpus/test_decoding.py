from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.corpus.decoding import NotTextError, decode

SIMPLIFIED = "今年以来,望海区新建三所学校,开通两条公交线路,市民出行更加方便,企业用工也得到保障。"
TRADITIONAL = "今年以來,望海區新建三所學校,開通兩條公交線路,市民出行更加方便,企業用工也得到保障。"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [SIMPLIFIED, TRADITIONAL, SIMPLIFIED + "\r\nabc 2024\r\n" + TRADITIONAL])
def test_each_encoding_is_found_without_a_bom(encoding: str, text: str) -> None:
    decoded = decode(text.encode(encoding))
    assert (decoded.text, decoded.encoding, decoded.certain) == (text, encoding, True)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_bom_decides_and_is_taken_off(encoding: str) -> None:
    decoded = decode(SIMPLIFIED.encode(encoding))
    assert decoded.text == SIMPLIFIED
    assert decoded.certain


def test_big5_is_valid_gb18030() -> None:
    data = TRADITIONAL.encode("big5")
    assert data.decode("gb18030") != TRADITIONAL  # decodes without an error, into rubbish
    assert decode(data).text == TRADITIONAL


def test_newlines_and_inner_bom_stay_as_they_are() -> None:
    text = "甲\r\n乙\r丙\u2028丁\ufeff戊\n"
    assert decode(text.encode()).text == text


def test_short_text_is_not_certain() -> None:
    decoded = decode("你好".encode("gb18030"))
    assert (decoded.text, decoded.certain) == ("你好", False)


def test_short_gbk_that_is_valid_utf8_by_accident() -> None:
    accident = "的到".encode("gb18030")
    assert decode(accident).encoding in {"utf-8", "gb18030"}
    assert decode("café".encode()).text == "café"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_torn_last_character_is_marked(encoding: str) -> None:
    decoded = decode(SIMPLIFIED.removesuffix("。").encode(encoding)[:-1])
    assert decoded.text == SIMPLIFIED.removesuffix("障。") + "\ufffd"
    assert not decoded.certain


def test_a_lying_bom_is_seen_through() -> None:
    assert decode(b"\xef\xbb\xbf" + SIMPLIFIED.encode("gb18030")).text == SIMPLIFIED


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04" + b"abc" * 50, b"%PDF-1.7 text", bytes(range(256)) * 4, b"\x00\x01\x02" * 99]
)
def test_binary_is_refused(data: bytes) -> None:
    with pytest.raises(NotTextError) as caught:
        decode(data)
    assert caught.value.code == "binary"


def test_text_of_no_chinese_encoding_is_refused_not_guessed() -> None:
    with pytest.raises(NotTextError) as caught:
        decode(("Übergrößenträger äöüß " * 30).encode("latin-1"))
    assert caught.value.code == "encoding"


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=150)
def test_any_bytes_end_in_text_or_a_refusal(data: bytes) -> None:
    try:
        decoded = decode(data)
    except NotTextError as error:
        assert error.code in {"binary", "encoding"}  # noqa: PT017
    else:
        assert isinstance(decoded.text, str)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=60))
@settings(deadline=None, max_examples=100)
def test_utf8_always_wins_over_likelihood(text: str) -> None:
    assert decode(text.encode()).text == text
