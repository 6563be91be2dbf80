"""Dictionary self-test, terms to decide on, set phrases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.numbers import integer, percent

if TYPE_CHECKING:
    from qztopics.report.dictionary_part import DictionaryPart
    from qztopics.text.dictionary import CutWord, DictionaryTest
    from qztopics.text.set_phrases import SetPhrase

TEST = "词典自检"
PROPOSED = "待批准的词"
SET = "套话"
WORD = "词语"
CUT = "切成"
CONTEXT = "上下文"
TIMES_CUT = "切开/试过（处）"
COUNT = "出现（次）"
ARTICLES = "文章（篇）"
PHRASE = "语句"
SHARE = "套话占字数"
CHARACTERS = "汉字（个）"
POLICY = "政策主题"
DOCUMENT = "文件"
BY_POLICY = "各政策主题的套话占比"
BY_DOCUMENT = "套话最多的文件"
STOP_WORD = "停用词，不会成为词语"
ABSENT = "正文中没有，用编造的句子试"


def tested(test: DictionaryTest) -> str:
    """Sum up the dictionary self-test."""
    if not test.n_words:
        return "词表为空，没有可检验的词。"
    start = (
        f"词表中的 {integer(test.n_words)} 个词（用户词、已批准的词、关键词和地名）逐个放进句子里切分，"
        f"其中 {integer(test.n_in_corpus)} 个在正文里出现过，用的就是正文的句子。"
    )
    if not test.cut:
        return f"{start}全部能完整切出。"
    return f"{start}有 {integer(len(test.cut))} 个不能完整切出，列在下面：请改大词频，或从停用词表中删去。"


def times_cut(word: CutWord) -> str:
    """Say at how many of the places tried a word was cut."""
    return f"{integer(word.n_cut)} / {integer(word.n_tried)}"


def proposed(part: DictionaryPart) -> str:
    """Introduce the terms to decide on."""
    if not part.n_proposed:
        return "没有发现被切开而又经常连用的词。"
    return (
        f"有 {integer(part.n_proposed)} 个词被切开，却经常连用，前后搭配又自由，像是一个完整的词，最像的列在下面。"
        "全部见 phrases.csv：在 status 一栏填 approved（批准）或 rejected（否决），"
        "把这些行并入词表文件夹的 phrases.csv，下次训练即生效；否决的词不再提出。"
    )


def set_phrases(part: DictionaryPart) -> str:
    """Introduce the set phrases."""
    looked = f"（在均匀抽取的 {integer(part.n_passages)} 个片段中统计）" if part.is_sample else ""
    if not part.n_set_phrases:
        return f"没有发现许多文章反复使用的语句{looked}。"
    return (
        f"许多文章一字不差反复使用的语句，以及词表 set_phrases.txt 列出的套语，共 {integer(part.n_set_phrases)} 条，"
        f"占正文汉字的 {percent(part.share)}{looked}。只统计、不删改：试验中减少套话的分量，主题并没有更连贯。"
    )


def origin(phrase: SetPhrase) -> str:
    """Tell a phrase of the lexicon from one that was found."""
    return "词表" if phrase.is_listed else ""
