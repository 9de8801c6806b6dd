"""Footnotes: read from several programs, kept bare, named when a page is made."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest
from flask import Flask

from core import text
from core.text import cook, excerpt, plain, rich

WORD = (
    '<p class=MsoNormal>甲<a style=\'mso-footnote-id:ftn1\' href="#_ftn1" name="_ftnref1"><span '
    "class=MsoFootnoteReference><![if !supportFootnotes]>[1]<![endif]></span></a>乙</p><div "
    "style='mso-element:footnote-list'><br clear=all><hr align=left size=1 width=\"33%\"><div "
    "style='mso-element:footnote' id=ftn1><p class=MsoFootnoteText><a style='mso-footnote-id:ftn1' "
    'href="#_ftnref1" name="_ftn1">[1]</a> 一<b>注</b></p><p>又一段</p></div></div>'
)
LIBRE = (
    '<p>甲<a class="sdfootnoteanc" name="sdfootnote1anc" href="#sdfootnote1sym"><sup>1</sup></a>乙</p>'
    '<div id="sdfootnote1"><p><a class="sdfootnotesym" name="sdfootnote1sym" href="#sdfootnote1anc">'
    "1</a>一<b>注</b><br>又一段</p></div>"
)
OWN = '<p>甲<span class="footnote">一<b>注</b><br>又一段</span>乙</p>'
KEPT = (
    '<p>甲<sup class="footnote"></sup>乙</p>'
    '<ol class="footnotes"><li>一<strong>注<br></strong>又一段</li></ol>'
)


@pytest.mark.parametrize("source", [WORD, LIBRE, OWN, KEPT], ids=["word", "libre", "own", "kept"])
def test_all_are_kept_alike(source: str) -> None:
    assert cook(source, "html") == KEPT
    assert plain(KEPT) == "甲乙\n一注\n又一段"  # found by what stands around a note
    assert excerpt(KEPT, 50) == "甲乙"


def test_no_word_is_lost_and_no_number_leads_nowhere() -> None:
    lonely = '<p>甲<a href="#_ftn2">[2]</a></p><ol class="footnotes"><li>没人提到</li></ol>'
    assert cook(lonely, "html") == "<p>甲[2]</p><p>没人提到</p>"
    assert cook(f"<p>{'<span class=footnote>里' * 2}", "html") == (
        '<p><sup class="footnote"></sup></p><ol class="footnotes"><li>里里</li></ol>'
    )


def test_a_page_names_each_once(app: Flask) -> None:
    with app.test_request_context():
        page = rich(KEPT) + rich(KEPT) + rich(KEPT.replace("甲", "丙")) + rich(KEPT, 7)
    names = re.findall(r' id="([^"]+)"', page)
    assert len(names) == len(set(names)) == 8 and "note-7-1" in names
    assert sorted(re.findall(r'href="#([^"]+)"', page)) == sorted(names)
    assert rich(cook("<p>甲</p>", "html")) == "<p>甲</p>"


@pytest.mark.parametrize("wall", [text._clean, text._nh3, text._bleach])
def test_no_other_name_or_class_passes(wall: Callable[[str], str]) -> None:
    for source in (
        '<sup class="footnote x">1</sup>',
        '<sup class="align-end" id="main">1</sup>',
        '<ol class="footnotes align-end"><li>1</li></ol>',
        '<p class="footnotes">1</p>',
    ):
        assert "class" not in wall(source) and "id=" not in wall(source)
    assert wall(KEPT) == KEPT


def test_whatever_is_mixed_comes_out_whole_and_stays() -> None:
    chance = random.Random(7)
    pieces = re.findall("<[^>]*>|[^<]+", WORD + LIBRE + OWN + KEPT + "<ul><li><table><tr><td><pre>")
    for _round in range(300):
        html = cook("".join(chance.choices(pieces, k=40)), "html")
        assert cook(html, "html") == html
        items = html.rpartition('<ol class="footnotes">')[2].count("<li>")
        assert html.count('<sup class="footnote"></sup>') == items * ("footnotes" in html)
