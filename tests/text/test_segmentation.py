from __future__ import annotations

import logging
import marshal
import re
import tempfile
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.errors import SettingsError
from qztopics.text.lexicon import Lexicon
from qztopics.text.segmentation import ENGINE_MAX, Segmenter, SegmenterName, engine_version, make_segmenter

if TYPE_CHECKING:
    from pathlib import Path

ENGINES: tuple[SegmenterName, ...] = ("rjieba", "jieba")
WORDS = re.findall(
    r"\S+",
    "码头 渔港 茶园 学位 老人 医保 污水 巡察 夜市 台风 长护险 一网通办 据 已经 的 了 在 把 修 建 补 望潮区",
)
CHARACTERS = "港桥税医校茶渔侨雨跑淋龘馕瓩锿㙍〇𠮷々，。；“”\n\u3000 　-+%·《》/…"
PIECES = (
    st.sampled_from(WORDS) | st.sampled_from(CHARACTERS) | st.characters(min_codepoint=0x4E00, max_codepoint=0x9FD5)
)


@pytest.fixture(params=ENGINES)
def shipped_segmenter(request: pytest.FixtureRequest) -> Segmenter:
    segmenter: Segmenter = request.getfixturevalue(f"shipped_{request.param}")
    return segmenter


@settings(deadline=None, max_examples=200, derandomize=True)
@given(pieces=st.lists(PIECES, max_size=40))
def test_engines_agree_on_chinese(shipped_rjieba: Segmenter, shipped_jieba: Segmenter, pieces: list[str]) -> None:
    text = "".join(pieces)
    assert shipped_rjieba.tokens(text) == shipped_jieba.tokens(text)


@settings(deadline=None, max_examples=100, derandomize=True)
@given(text=st.text(st.characters(codec="utf-8") | st.sampled_from("aZ0９％.-+港税的"), max_size=40))
def test_tokens_are_clean_for_any_text(shipped_rjieba: Segmenter, shipped_jieba: Segmenter, text: str) -> None:
    tokens = shipped_rjieba.tokens(text)
    assert tokens == shipped_jieba.tokens(text)
    for token in tokens:
        assert token
        assert token not in shipped_rjieba.dropped
        assert not re.search(r"[\s，。；]", token)
        assert token == token.lower()


def test_one_character_words_stay_and_function_words_go(shipped_segmenter: Segmenter) -> None:
    text = "据本报讯：港、桥、税、医、校、茶、渔、侨，我们已经称为的。"
    assert shipped_segmenter.tokens(text) == ["港", "桥", "税", "医", "校", "茶", "渔", "侨", "称为"]


def test_marks_separate_words(shipped_segmenter: Segmenter) -> None:
    assert shipped_segmenter.tokens("建码头，头等大事") == ["建", "码头", "头等大事"]
    assert shipped_segmenter.tokens("渔-港") == ["渔", "港"]
    assert shipped_segmenter.tokens("渔\n港") == ["渔", "港"]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("建成5G基站", ["建成", "5g", "基站"]),
        ("COVID-19疫苗", ["covid-19", "疫苗"]),
        ("于2020-01-15，增长6.5%、３００亩", ["增长"]),
        ("拨打12345热线", ["拨打", "12345", "热线"]),
        ("拨打123456热线", ["拨打", "热线"]),
        ("II型码头", ["ii", "型", "码头"]),
        ("C++与c#、GDP", ["c++", "c#", "gdp"]),
        ("ＰＭ２．５浓度", ["pm2.5", "浓度"]),
        ("㙍城村的𠮷字", ["㙍", "城村", "𠮷", "字"]),
        ("カナ한글", []),
        ("", []),
    ],
)
def test_one_rule_for_letters_numbers_and_rare_han(shipped_segmenter: Segmenter, text: str, tokens: list[str]) -> None:
    assert shipped_segmenter.tokens(text) == tokens


@pytest.mark.slow
@pytest.mark.parametrize("name", ENGINES)
def test_user_words_that_mix_scripts(name: SegmenterName) -> None:
    lexicon = Lexicon(user_words=(("t恤", 0), ("党建+", 0), ("㙍城村", 0), ("5g", 0), ("7", 0)))
    segmenter = make_segmenter(name, lexicon)
    assert segmenter.tokens("红T恤，党建+养老，㙍城村5G") == ["红", "t恤", "党建+", "养老", "㙍城村", "5g"]
    assert segmenter.tokens("abt恤")[0] == "abt"  # a word that begins with a letter does not cut a run of letters
    assert segmenter.tokens("7，8") == ["7"]


def test_stop_words_win_over_user_words() -> None:
    lexicon = Lexicon(user_words=(("长护险", 0), ("t恤", 0), ("5g", 0)), stop_words=frozenset({"长护险", "t恤", "5g"}))
    assert make_segmenter("rjieba", lexicon).tokens("长护险t恤5G税") == ["税"]


def test_user_word_with_a_mark_is_refused() -> None:
    with pytest.raises(SettingsError, match="user word '渔，港'"):
        make_segmenter("rjieba", Lexicon(user_words=(("渔，港", 0),)))


def test_unknown_engine_is_refused() -> None:
    with pytest.raises(SettingsError, match="expected rjieba or jieba"):
        make_segmenter("thulac", Lexicon())  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize("name", ENGINES)
def test_user_words_do_not_leak_between_segmenters(name: SegmenterName) -> None:
    before = make_segmenter(name, Lexicon())
    taught = make_segmenter(name, Lexicon(user_words=(("夜市码头灯", 5),), places=(("雾汀岬", ""),)))
    after = make_segmenter(name, Lexicon())
    text = "夜市码头灯在雾汀岬"
    assert taught.tokens(text) == ["夜市码头灯", "在", "雾汀岬"]
    assert before.tokens(text) == after.tokens(text)
    assert "夜市码头灯" not in before.tokens(text)


@pytest.mark.slow
def test_planted_jieba_cache_is_neither_read_nor_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shipped: Lexicon, shipped_jieba: Segmenter
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    planted = marshal.dumps(({"渔": 1, "港": 1, "渔港": 0, "港开工": 900}, 902))
    (tmp_path / "jieba.cache").write_bytes(planted)
    tokens = make_segmenter("jieba", shipped).tokens("渔港开工，医保")
    assert tokens == shipped_jieba.tokens("渔港开工，医保") == ["渔港", "开工", "医保"]
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("jieba.cache", planted)]


@pytest.mark.slow
def test_jieba_says_nothing(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        make_segmenter("jieba", Lexicon()).tokens("渔港开工")
    out, err = capfd.readouterr()
    assert (out, err, caplog.records) == ("", "", [])


@pytest.mark.slow
@pytest.mark.parametrize("character", "税龘一")
def test_million_equal_characters(bare_rjieba: Segmenter, character: str) -> None:
    start = time.process_time()
    tokens = bare_rjieba.tokens(character * 1_000_000)
    assert time.process_time() - start < 10  # some tenths of a second on an idle machine
    assert "".join(tokens) == character * 1_000_000


@pytest.mark.slow
def test_jieba_time_is_linear_in_one_run(shipped_jieba: Segmenter) -> None:
    def seconds(n: int) -> float:
        start = time.process_time()
        shipped_jieba.tokens("税" * n)
        return time.process_time() - start

    seconds(ENGINE_MAX)
    assert seconds(20 * ENGINE_MAX) < 20 * 4 * seconds(ENGINE_MAX) + 0.5  # uncut it would be far over a hundred times


def test_long_runs_are_cut_hard_and_short_ones_are_not(shipped_segmenter: Segmenter) -> None:
    text = "渔港" * (ENGINE_MAX // 2)
    assert shipped_segmenter.tokens(text) == ["渔港"] * (ENGINE_MAX // 2)
    odd = "税" + text + "渔港"
    assert shipped_segmenter.tokens(odd) == shipped_segmenter.tokens(odd[:ENGINE_MAX]) + shipped_segmenter.tokens(
        "港渔港"
    )
    sentences = "渔港开工，" * ENGINE_MAX
    assert shipped_segmenter.tokens(sentences) == ["渔港", "开工"] * ENGINE_MAX


def test_engine_version() -> None:
    assert re.fullmatch(r"rjieba-\d+\.\d+.*", engine_version("rjieba"))
    assert engine_version("jieba").startswith("jieba-0.")
