"""Reasons of page repair in Chinese, clause by clause; a clause that is not in the catalogue stays as it is."""

from __future__ import annotations

import re

_KINDS = re.compile(r"\A(?:body|headline|subhead|byline|caption|slogan|jump|note): ")


_CLAUSES = {
    # what a line is by its surface
    "long line": "行长",
    "running text": "连续文字",
    "running text with an open quotation": "连续文字，引号未完",
    "line of a wrapped paragraph": "固定行宽折行的段落",
    "short": "短",
    "one short sentence": "一个短句",
    "one numbered sentence": "一个带序号的句子",
    "text carried on from another page": "上接别版的文字",
    "the only text of the page": "全页只有这些文字",
    "text of a record": "表中一条记录",
    "line of a record": "表中记录的一行",
    "short, no sentence end": "短，句末无句号",
    "numbered term": "带序号的名目",
    "numbered": "带序号",
    "numbered, no sentence end": "带序号，句末无句号",
    "nothing visible": "没有可见文字",
    "no Chinese text": "没有中文",
    # headings
    "numbered heading on its own line": "独立成行的序号标题",
    "inside running text": "在正文之中",
    "one short sentence on its own line, text follows": "短句独立成行，下接正文",
    "a dateline, byline or jump follows": "下接电头、署名或转版提示",
    "no running text above it on the page": "本页上方没有正文",
    "the article above has ended with its credit": "上一篇已以署名结束",
    "the article above goes on elsewhere": "上一篇转至别版",
    "a subtitle follows": "下接副题",
    "a photo follows": "下接图片",
    "after finished text and a wide gap": "上文已完，空行较宽",
    "the text above ends with a credit": "上文以署名结尾",
    "several heading lines after finished text": "上文已完，连着几行标题",
    "followed by captions": "下接图片说明",
    "the only heading here, the text below has few words of the text above": "此处唯一的标题，下文用词与上文少有相同",
    "stands in one block with the line above": "与上一行连排",
    # furniture
    "credit standing alone": "独立成行的署名",
    "author or editor standing alone": "独立成行的作者或编辑",
    "date standing alone": "独立成行的日期",
    "name of the agency standing alone": "独立成行的通讯社名",
    "name between the head of a page and its text": "版头与正文之间的人名",
    "office that signs, over the date": "日期上方的落款单位",
    "value of a label": "栏目标签的内容",
    "words or credit of a photo": "图片说明或摄影署名",
    "short line after a wide gap under a headline": "标题下隔宽空行的短行",
    "short line after a wide gap, no text below it on the page": "隔宽空行的短行，本页其下没有正文",
    "short line, no text below it on the page": "短行，本页其下没有正文",
    "one short sentence set apart by a wide gap": "以宽空行隔开的短句",
    "one short sentence between a headline and a dateline": "标题与电头之间的短句",
    "one short sentence and a credit": "一个短句加署名",
    "who gives the report, over its first words": "报告人，在报告开头之上",
    "jump standing alone": "独立成行的转版提示",
    "begins with an editor's label": "以编者按一类字样开头",
    "button or invitation of a saved web page": "网页按钮或提示语",
    "part of the path of a saved web page": "网页导航路径的一段",
    "path of a saved web page": "网页导航路径",
    "link under a list of links": "链接列表中的一项",
    "source, date or counter of a web page": "网页的来源、时间或浏览数",
    "head or foot of the page": "报头或报尾",
    "sponsor line": "主办单位",
    "name of a campaign": "宣传活动名",
    "name of a campaign or in one block with it": "宣传活动名，或与之连排",
    "column title over a sponsor line": "主办单位上方的栏目名",
    "title of a numbered series over the headline": "标题上方的系列名",
    "name of a column over the headline": "标题上方的栏目名",
    "watchword over the headline": "标题上方的口号",
    "watchword set apart by a wide gap": "以宽空行隔开的口号",
    "phrases of equal length over a headline and its subtitle": "标题与副题上方的等长短语",
    "four characters that begin with the place of the page, over the headline": "标题上方以地名开头的四字栏目名",
    "short line over a headline and its subtitle": "标题与副题上方的短行",
    # joins
    "the next part cannot begin a paragraph": "下一段文字不可能另起一段",
    "the next part is the end of a word": "下一段文字是半个词",
    "a word goes on": "接缝处成词",
    "the seam reads as a phrase of the article": "接缝处是本文另有的词语",
    "a number goes on": "接缝处数字相连",
    "an open quote or bracket is closed": "引号或括号得以闭合",
    "a clause is finished": "分句得以完成",
    "too short for a paragraph of its own": "太短，不足以自成一段",
    "as most lines here do": "此处多数行如此",
    "columns interleaved": "栏与栏交错",
}
_PATTERNS = (
    (re.compile(r"\Atext under the label of line (\d+)\Z"), r"第 \1 行标签下的文字"),
    (re.compile(r"\Avalue of the label on line (\d+)\Z"), r"第 \1 行标签的内容"),
    (re.compile(r"\Aline (\d+) ends with a colon\Z"), r"第 \1 行以冒号结尾"),
    (re.compile(r"\Aline (\d+) ends inside a sentence\Z"), r"第 \1 行在句中断开"),
    (re.compile(r"\Aline (\d+) repeats the end of line (\d+)\Z"), r"第 \1 行重复第 \2 行的末尾"),
    (re.compile(r"\Aline (\d+) stands in one block with the line above\Z"), r"第 \1 行与上一行连排"),
    (re.compile(r"\Achance ([\d.]+)\Z"), r"接续的可能 \1"),
)
_NESTED = re.compile(r"\A(?P<head>[^()]+) \((?P<inner>.*)\)(?:, (?P<tail>[^()]+))?\Z")


_NOTICES = {
    "english_and": "“and” 夹在中文之间，改作“和”",
    "lost_plus": "加号丢失，已补",
    "lost_sign": "引号内两个数字之间可能少了符号，未改",
    "doubled_mark": "标点重复",
    "mixed_marks": "两个标点并在一处",
    "half_width_mark": "全角标点的版面上有半角标点",
    "entity": "残留的网页字符代码",
    "radical": "部首字符代替了汉字，多见于 PDF",
    "compatibility": "兼容字符，改作通用字",
    "unreadable": "原文件制作时已无法识别的字符",
    "private_use": "造字区字符，离开原字体没有意义",
    "invisible": "不可见字符，整理后略去",
    "encoding": "编码是推断的，请核对文字，或另存为 UTF-8",
    "encoding_mixed": "文件里混有几种编码，请核对文字",
    "damaged": "有的字节不属于任何编码，以 U+FFFD 代替",
    "file_name": "文件名不合 corpus.file_name_pattern，没有取得元数据",
}


def notice(code: str, words: str) -> str:
    """Say a remark on a page in Chinese; one of an unknown code keeps its words."""
    return _NOTICES.get(code, words)


def reason(words: str) -> str:
    """Say a reason of page repair in Chinese.

    Examples
    --------
    >>> reason("body: long line; joined: line 9 ends inside a sentence (a word goes on; chance 0.98)")
    '行长；接上：第 9 行在句中断开（接缝处成词、接续的可能 0.98）'
    >>> reason("headline: short, no sentence end, a photo follows")
    '短，句末无句号，下接图片'
    """
    parts = _KINDS.sub("", words).split("; joined: ")
    return "；接上：".join(_part(part) for part in parts)


def _part(words: str) -> str:
    nested = _NESTED.match(words)
    if nested:
        inner = "、".join(_clause(clause) for clause in nested["inner"].split("; "))
        tail = f"，{_clause(nested['tail'])}" if nested["tail"] else ""
        return f"{_clause(nested['head'])}（{inner}）{tail}"
    return _clause(words)


def _clause(words: str) -> str:
    """One clause; where the whole is unknown, its longest known beginning and then the rest."""
    if words in _CLAUSES:
        return _CLAUSES[words]
    for pattern, chinese in _PATTERNS:
        if pattern.match(words):
            return pattern.sub(chinese, words)
    cuts = [i for i in range(len(words)) if words.startswith(", ", i)]
    for cut in reversed(cuts):
        if words[:cut] in _CLAUSES:
            return f"{_CLAUSES[words[:cut]]}，{_clause(words[cut + 2 :])}"
    return words
