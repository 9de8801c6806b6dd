"""Terms are found however they are written, and what is found quotes the text."""

from __future__ import annotations

import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from opencc import OpenCC

from core.folding import fold, key
from core.matching import Matcher, TermList

HAN = "微信代开发票广告学习电话转让内部门名额价格联系优惠"
SOFT = [" ", "\u3000", "*", ".", "-", "·", "_", "/", "|", "~", "【", "★", "😀", "\u200b", "\u2060"]
UNSEEN = ["\u200b", "\u200d", "\u2060", "\ufeff", "\xad", "\ufe0f", "\u0336", "\u0301"]

terms = st.text(HAN, min_size=2, max_size=8)
latin = st.text("abcdefgh", min_size=2, max_size=6)
anything = st.text(st.sampled_from(HAN + "的了是在不abc1Ａ１，。 \n*\u200b學習"), max_size=60)


def finds(term: str, text: str, *allowed: str) -> list[str]:
    found = Matcher([TermList([term], allowed)]).find(text)
    return [text[one.start : one.end] for one in found]


@given(st.lists(terms | latin, min_size=1, max_size=6), anything)
def test_a_match_quotes_what_folds_to_a_term(wanted: list[str], text: str) -> None:
    text += wanted[0] + text
    for one in Matcher([TermList(wanted)]).find(text):
        assert 0 <= one.start < one.end <= len(text)
        assert key(text[one.start : one.end]) in {key(term) for term in wanted}


@given(terms, anything, anything, st.data())
def test_nothing_between_the_characters_hides_a_term(
    term: str, before: str, after: str, data: st.DataObject
) -> None:
    between = st.text(st.sampled_from(SOFT + UNSEEN), max_size=3)
    written = "".join(one + data.draw(between) for one in term[:-1]) + term[-1]
    text = f"{before}。{written}。{after}"
    assert any(key(found) == key(term) for found in finds(term, text))


@given(terms, st.data())
def test_no_script_width_or_accent_hides_a_term(term: str, data: st.DataObject) -> None:
    ways = [str, OpenCC("s2t").convert, OpenCC("s2tw").convert, lambda one: one + "\u0336"]
    written = "".join(data.draw(st.sampled_from(ways))(one) for one in term)
    assert [key(found) for found in finds(term, f"大家看{written}吧")] == [key(term)]
    assert finds(written, f"大家看{term}吧") == [term]


@given(latin, st.sampled_from(["{}", "，{}", "看{}吧", "x {}.", "《{}》", "12{}34"]))
def test_a_latin_term_stands_as_a_whole_word(term: str, frame: str) -> None:
    text = frame.format(term.upper())
    assert finds(term, text) == [term.upper()]
    wide = frame.format("".join(chr(ord(one) + 0xFEE0) for one in term))
    assert len(finds(term, wide)) == 1
    for glued in (f"x{term}", f"{term}z", f"ｘ{term}", f"{term}\u200bz"):
        assume(glued != term * 2)
        assert finds(term, frame.format(glued)) == []


@given(anything)
def test_folding_knows_where_each_character_comes_from(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.origin)
    assert folded.origin == sorted(folded.origin)
    for place, character in zip(folded.origin, folded.text, strict=True):
        assert character == " " or character in fold(text[place]).text


@given(anything)
def test_folding_again_changes_nothing(text: str) -> None:
    assert key(key(text)) == key(text)


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("发票", "今天出发，票已订好", []),
        ("发票", "出发\n票", []),
        ("加微信", "请多加，微信群里说", []),
        ("加微信", "加，微，信", ["加，微，信"]),
        ("加微信", "加\n微\n信", ["加\n微\n信"]),
        ("代开发票", "代开，发票", ["代开，发票"]),
        ("代开发票", "代开\n发票", []),
        ("加V信", "加ｖ信，加 V 信", ["加ｖ信", "加 V 信"]),
        ("old name", "An Old\nName, old-name", ["Old\nName", "old-name"]),
        ("therapist", "the rapist", []),
        ("12315", "拨打12315或0123151", ["12315"]),
        ("秘", "㊙方", ["㊙"]),
        ("乾隆", "乾隆爷，干隆", ["乾隆", "干隆"]),
        ("ئۇيغۇر", "بۇ ئۇيغـۇر تىلى", ["ئۇيغـۇر"]),
    ],
)
def test_what_joins_and_what_parts(term: str, text: str, found: list[str]) -> None:
    assert finds(term, text) == found


def test_the_longer_allowed_word_wins_where_it_covers() -> None:
    assert finds("大麻", "这是大麻烦", "大麻烦") == []
    assert finds("大麻", "这是大 麻煩，有大麻", "大麻烦") == ["大麻"]
    assert finds("麻烦人", "大麻烦人", "大麻烦") == ["麻烦人"]
    assert finds("大麻烦人", "大麻烦人", "大麻烦") == ["大麻烦人"]


def test_an_allowed_word_of_another_list_is_none() -> None:
    found = Matcher([TermList(["大麻"]), TermList(["烦"], ["大麻烦"])]).find("大麻烦")
    assert [(one.start, one.end, one.list) for one in found] == [(0, 2, 0)]


def test_overlapping_terms_are_told_once() -> None:
    found = Matcher([TermList(["发票", "代开发票", "开发"])]).find("代开发票")
    assert [(one.start, one.end) for one in found] == [(0, 4)]


def test_numbers_are_found_and_allowed_like_terms() -> None:
    rules = Matcher([TermList([], ["13800138000"], frozenset({"phone"}))])
    text = "服务电话138-0013-8000，私人13900139000"
    assert [text[one.start : one.end] for one in rules.find(text)] == ["13900139000"]


def test_a_matcher_of_nothing_finds_nothing() -> None:
    assert Matcher([]).find("随便") == []
    assert Matcher([TermList(["***", ""])]).find("***") == []


HOSTILE = {
    "one term over and over": "代开发票",
    "the beginning of a term": "代",
    "spaced": "代 ",
    "in vain": "代，开，",
    "digits": "1",
    "digits one by one": "1 ",
    "digits in fours": "4111 ",
    "phones": "13800138000 ",
    "prefixes": "0086 ",
    "invisible": "\u200b",
    "accents": "a\u0301",
    "letters": "abc",
    "every gap": "*，\n",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE.keys())
def test_twice_the_text_takes_about_twice_the_time(piece: str) -> None:
    names = [a + b + c for a in HAN for b in HAN for c in HAN[:3]]
    rules = Matcher([TermList(names, names[:9], frozenset({"phone", "identity", "bank_card"}))])

    def cost(size: int) -> float:
        text = (piece * size)[:size]
        spent = []
        for _round in range(3):
            began = time.process_time()
            rules.find(text)
            spent.append(time.process_time() - began)
        return min(spent)

    cost(1_000)
    # Quadratic work would take 64 times as long.
    assert cost(80_000) < 24 * max(cost(10_000), 0.002)
