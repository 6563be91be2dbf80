from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from qztopics.text.lexicon import Lexicon
    from qztopics.text.segmentation import Segmenter

FOLDER = Path(__file__).parents[2] / "seeds" / "lexicon"


def entries(name: str) -> list[str]:
    return re.sub(r"(?m)#.*", "", (FOLDER / name).read_text(encoding="utf-8")).split()


def test_stop_words_are_simplified_and_hold_what_other_lists_leave_out(shipped: Lexicon) -> None:
    assert {"据", "讯", "称", "已经", "记者", "通讯员", "本报讯", "我们", "的"} <= shipped.stop_words
    assert not shipped.stop_words & set("們個這說後會從對時還沒與為於")


def test_stop_words_spare_content_of_one_character(shipped: Lexicon) -> None:
    assert not shipped.stop_words & set("港桥税医校茶渔侨路水电车船林山海农粮房药学党")


@pytest.mark.parametrize("name", ["stop_words.txt", "user_words.txt"])
def test_no_entry_is_twice(name: str) -> None:
    words = [word for word in entries(name) if not word.isdecimal() or len(word) == 5]
    assert len(words) == len(set(words))


def test_no_word_is_both(shipped: Lexicon) -> None:
    names = {word for word, _ in shipped.user_words} | {place for place, _ in shipped.places}
    assert not names & shipped.stop_words


@pytest.mark.parametrize("frame", ["{}", "的{}，", "推进{}和", "加快{}建设"])
def test_user_words_and_places_stay_whole(shipped: Lexicon, shipped_rjieba: Segmenter, frame: str) -> None:
    words = [word for word, _ in shipped.user_words] + [place for place, _ in shipped.places]
    assert [word for word in words if word not in shipped_rjieba.tokens(frame.format(word))] == []


def test_places_of_the_sample_city(shipped: Lexicon) -> None:
    assert dict(shipped.places) == {"澜港市": ""} | dict.fromkeys(
        ("望潮区", "石渡区", "南汐新区", "青埔市", "云屿县"), "澜港市"
    )
