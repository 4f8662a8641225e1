"""Bytes of a table become text."""

from __future__ import annotations

import codecs
import re

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_QUOTES = "‘’“”„«»–—…\xa0"
_HAN = r"\u4e00-\u9fff\u3001-\u3015\uff01-\uff5e℃‰°±×α-ω"
# ruff: noqa: RUF001 - letters of other alphabets are the subject of this file
# What foreign words look like in what Excel writes on a Windows of western Europe,
# Russia, Korea, China, Taiwan, Japan; the first in which all of a file do is taken.
_WORDS = {
    "cp1252": (
        rf"[°±µ²³¹·×§®½¼¾€‰]|[{_QUOTES}°]{{1,3}}|Å[²³]|"
        rf"[{_QUOTES}]*[°±]?[À-ÖØ-öø-ÿœŒ]{{1,2}}[{_QUOTES}]*"
    ),
    "cp1251": r"(?:[\u0410-\u042fЁ]?[\u0430-\u044fё]+|[\u0410-\u042fЁ]+|[°±µ²³№])+",
    "euc_kr": r"[가-힣℃‰°±×α-ω]+",
    "gb2312": rf"[{_HAN}]+",
    "big5": rf"[{_HAN}]+",
    "cp932": rf"[{_HAN}\u3041-\u30fc]+",
}
_ELEMENTS = (  # in Chinese: names of columns that would pass for Cyrillic letters
    "氢氦锂铍硼碳氮氧氟氖钠镁铝硅磷硫氯氩钾钙钪钛钒铬锰铁钴镍铜锌镓锗砷硒溴铷锶钇锆铌钼钌铑"
    "钯银镉铟锡锑碲碘铯钡镧铈镨钕钷钐铕钆铽镝钬铒铥镱镥铪钽钨铼锇铱铂金汞铊铅铋炉"
)
# letters and signs that short names in UTF-8 hold; others may be two bytes by chance
_USUAL = re.compile(
    r"[\u00a0-\u00ae\u00b0-\u00ffœŒΑ-ω€℃‰√∆Ω\u0400-\u04ff\u0e00-\uffff]"
)
# common syllables: what is Chinese falls on others
_KOREAN = (
    "가각간감강개거건검게격결경계고공과관광교구국군그극근금기길나남내너네노농누니"
    "다단담당대더도독동되두드등디라락란래량러런레려력련로록론료루류률르름리립마막만"
    "말망매면명모목무문물미민밀박반발방배백번법변별보복본부분불비사산상새색생서석선"
    "설성세소속수순스습시식신실심아안알압약양어언업에여역연열영예오온와완외요용우운"
    "원위유율으은을음응의이인일임입자작장재저적전절점정제조존종주준중지직진질집차착"
    "참창채처천철체초총추출층치침카코크타탄태터토통투트특파판패편평포폭표품피필하학"
    "한함합항해행향허현형호화확환활회효후"
)


def decoded(content: bytes) -> str:
    """Return the text of a file.

    Parameters
    ----------
    content : bytes
        UTF-8, UTF-16 or UTF-32, or what spreadsheets write on a Windows of western
        Europe, China, Japan, Korea, Taiwan or Russia.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        For what is no text, and for words that are none in any of these encodings.
    """
    for mark, name in _MARKS.items():
        if content.startswith(mark):
            return content.decode(name)
    even, odd = content[::2], content[1::2]
    for name, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros.count(0) > 0.4 * len(zeros) > 0.4 and 0 not in others:
            return content.decode(name)
    if b"\0" in content:
        raise ValueError("it is no text.")
    try:
        text = content.decode("utf-8")
        odd = [c for c in set(text) if not c.isascii() and not _USUAL.match(c)]
        if odd and sum(not c.isascii() for c in text) <= 2:
            text = content.decode(_likely(content))
    except UnicodeDecodeError:
        text = content.decode(_likely(content))
    return text


def _likely(content):
    """Return the encoding in which all foreign words are words of one language."""
    lines = {line for line in content.split(b"\n") if not line.isascii()}
    try:
        words = re.findall("[^\x00-\x7f]+", b"\n".join(lines).decode("gb2312"))
        if any(word in _ELEMENTS for word in words):
            return "gb2312"
    except UnicodeDecodeError:
        pass
    for name in _WORDS:
        try:
            text = "\n".join(line.decode(name) for line in lines)
        except UnicodeDecodeError:
            continue
        words = re.findall(r"[A-Za-z]*[^\x00-\x7f]+[A-Za-z]*", text)
        if all(_is_word(word, name) for word in words):
            return name
    shown = ascii(min(lines, key=len).strip()[:40])
    raise ValueError(f"its encoding is not known, in {shown}. Save it as UTF-8.")


def _is_word(word, name):
    foreign = re.sub("[A-Za-z]", "", word)
    if not re.fullmatch(_WORDS[name], foreign):
        return False
    if name == "cp1252":  # two accents alone are one character of two bytes
        is_in_word = len(word) > len(foreign) or set(foreign) & set(_QUOTES)
        return len(foreign) == 1 or bool(is_in_word) or foreign in ("Å²", "Å³")
    if name == "cp1251":
        return not re.search("[A-Za-z][\u0430-\u044f]|[\u0410-\u044f][A-Za-z]", word)
    if name == "euc_kr":
        syllables = re.findall("[가-힣]", foreign)
        return sum(c in _KOREAN for c in syllables) >= 0.6 * len(syllables)
    return len(foreign) > 1 or word == foreign or not foreign.isalpha()
