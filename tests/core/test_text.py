"""Lines, plain text, rich text and the words taken out of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment
from markupsafe import Markup

from core import text
from core.text import TextFault, clean_line, clean_plain, cook, excerpt, highlight, plain, rich

UYGHUR = "ئۇيغۇرچە ۋە خەنزۇچە"
EMOJI = "👩🏽‍⚕️👨‍👩‍👧‍👦🏳️‍🌈1️⃣❤️"


# --- Lines and plain text -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  关于\t减轻 \u3000报表\n负担\u2028的\x85建议 ", "关于 减轻 报表 负担 的 建议"),
        ("a\x00b\x07c\x7fd\x9fe", "abcde"),
        ("\ufeff张\u200b三\u2060李\u00ad四\u180e\u3164\u115f", "张三李四"),
        ("管理员\u202etxt.exe\u202c\u2066x\u2069\u200e\u200f\u061c", "管理员txt.exex"),
        ("e\u0301\u212b", "éÅ"),  # NFC
        ("王\U000e0100a\U000e0100", "王\U000e0100a"),  # a variant of a character in a name stays
        ("a\ufe0fb\u200dc\u200cd", "abcd"),  # joiners that join nothing go
        ("می\u200cخواهم", "می\u200cخواهم"),  # and stay where letters need them
        ("ᠮᠤ\u180b", "ᠮᠤ\u180b"),
        ("Z" + "\u0300" * 40, "Z" + "\u0300" * 4),  # marks piled over the lines around
        ("<\u0338a", "≮a"),
        ("x\u0338", "x"),  # would fuse with the ">" of a tag
        ("\ufdd0\uffff\U0001ffff字", "字"),
        (UYGHUR, UYGHUR),
        (EMOJI, EMOJI),
        ("𠮷野家", "𠮷野家"),
        ("<b>&amp;", "<b>&amp;"),  # text is text
        ("", ""),
    ],
)
def test_clean_line(typed: str, kept: str) -> None:
    assert clean_line(typed, 100) == kept


def test_clean_plain_keeps_lines_and_folds_empty_ones() -> None:
    typed = "\n\n一 \r\n二\r三\u2029四\x0b五\n\n\n\n\n\n六\u3000\n"
    assert clean_plain(typed, 100) == "一\n二\n三\n四\n五\n\n\n六"
    assert clean_plain("　　首行缩进", 100) == "　　首行缩进"


@pytest.mark.parametrize("clean", [clean_line, clean_plain])
def test_the_limit_counts_what_is_kept(clean: Callable[[str, int], str]) -> None:
    assert clean("\u200b" * 50 + "学" * 10, 10) == "学" * 10
    with pytest.raises(TextFault, match=r"最多 10 个字，现在是 11 个字。"):
        clean("学" * 11, 10)


@pytest.mark.parametrize("surrogate", ["\ud83d", "x\udc00", "\ude00\ud83d"])
def test_half_a_character_is_refused_everywhere(surrogate: str) -> None:
    for attempt in (
        lambda: clean_line(surrogate, 100),
        lambda: clean_plain(surrogate, 100),
        lambda: cook(surrogate, "plain"),
        lambda: cook(f"<p>{surrogate}</p>", "html"),
        lambda: cook(f"<!--{surrogate}--><p title='{surrogate}'>x</p>", "html"),
    ):
        with pytest.raises(TextFault, match="残缺的字符"):
            attempt()


@given(st.text())
def test_cleaning_twice_is_cleaning_once(typed: str) -> None:
    if not any("\ud800" <= character <= "\udfff" for character in typed):
        line, several = clean_line(typed, 10**6), clean_plain(typed, 10**6)
        assert clean_line(line, 10**6) == line
        assert clean_plain(several, 10**6) == several
        assert "\n" not in line
        assert unicodedata.is_normalized("NFC", line)
        assert not any(unicodedata.category(c) == "Cc" for c in line)


# --- Plain text as HTML -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("一\n二\n\n三", "<p>一<br>二</p><p>三</p>"),
        ("<b>x</b> & y", "<p>&lt;b&gt;x&lt;/b&gt; &amp; y</p>"),
        ("> 引用\n> 第二行\n回答", "<blockquote><p>引用<br>第二行</p></blockquote><p>回答</p>"),
        (
            "> 甲\n> > 乙\n> 丙",
            "<blockquote><p>甲</p><blockquote><p>乙</p></blockquote><p>丙</p></blockquote>",
        ),
        (">不是引用", "<p>&gt;不是引用</p>"),
        (">", ""),
        (UYGHUR, f'<p dir="rtl">{UYGHUR}</p>'),
        (f"（{UYGHUR}）", f'<p dir="rtl">（{UYGHUR}）</p>'),
        (f"中文 {UYGHUR}", f"<p>中文 {UYGHUR}</p>"),
        (EMOJI, f"<p>{EMOJI}</p>"),
        ("　　首行缩进", "<p>　　首行缩进</p>"),
        ("", ""),
    ],
)
def test_plain_text_becomes_paragraphs(typed: str, html: str) -> None:
    assert cook(typed, "plain") == html


@pytest.mark.parametrize(
    ("typed", "address", "rest"),
    [
        ("见https://a.example/b?x=1&y=2，谢谢", "https://a.example/b?x=1&y=2", "，谢谢"),
        ("http://a.example.", "http://a.example", "."),
        ("(https://a.example/b_(c))", "https://a.example/b_(c)", ")"),
        ("https://a.example/(b),", "https://a.example/(b)", ","),
        ("HTTPS://A.example/路", "HTTPS://A.example/", "路"),
        ("https://a.example:8080/#第", "https://a.example:8080/#", "第"),
        ("<https://a.example>", "https://a.example", "&gt;"),
    ],
)
def test_addresses_become_links(typed: str, address: str, rest: str) -> None:
    shown = address.replace("&", "&amp;")
    assert f'<a href="{shown}" rel="noopener nofollow ugc">{shown}</a>{rest}</p>' in cook(
        typed, "plain"
    )


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "http://",
        "https://:80",
        "http://1.2.3.999/",
        "http://user:pw@evil.example",
        "http://a.example:port/",
        "http://[::1",
        "ftp://a.example",
        "www.example.com",
    ],
)
def test_what_is_no_address_stays_text(typed: str) -> None:
    assert cook(typed, "plain") == f"<p>{typed}</p>"


# --- HTML ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("<div>一</div><div>二<br></div><div><br></div>三", "<p>一</p><p>二</p><p>三</p>"),
        ("一<br><br>二<br>三", "<p>一</p><p>二<br>三</p>"),
        ("<b>粗</b><i>斜</i><strike>划</strike><ins>增</ins>", "<p><strong>粗</strong><em>斜</em><s>划</s>增</p>"),
        ("<b><p>一</p><p>二</p></b>", "<p><strong>一</strong></p><p><strong>二</strong></p>"),
        ("<b>a<b>b</b></b><b>c</b>", "<p><strong>abc</strong></p>"),
        ("a <b>b </b>c", "<p>a <strong>b </strong>c</p>"),
        ("<span style='font-weight:700;font-style:italic'>x</span>", "<p><strong><em>x</em></strong></p>"),
        ("<b style='font-weight:normal'>x</b>", "<p>x</p>"),
        ("H<sub>2</sub>O <sup>a</sup><code>x</code>", "<p>H<sub>2</sub>O <sup>a</sup><code>x</code></p>"),
        ("<pre>\n一\n  二\n</pre>", "<pre>一\n  二</pre>"),
        ("<h1>一</h1><h2>二</h2><h6>六</h6>", "<h2>一</h2><h3>二</h3><h4>六</h4>"),
        ("<h2>二</h2><h3>三</h3>", "<h2>二</h2><h3>三</h3>"),
        ("<h2><b>二</b></h2>", "<h2>二</h2>"),
        ("<ul><li>a<li>b<ul><li>c</ul></ul>", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"),
        ("<ul><li>a</li><ul><li>b</li></ul></ul>", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("<ol start=3><li>a</ol><ol start=-1><li>b</ol>", '<ol start="3"><li>a</li></ol><ol><li>b</li></ol>'),
        ("<ul></ul><table></table><blockquote> </blockquote>x", "<p>x</p>"),
        ("<li>a</li><td>b</td>", "<p>a</p><p>b</p>"),
        (
            "<table><caption>表</caption><thead><tr><th>甲<tbody><tr><td colspan=2>1<td rowspan=3></table>",
            '<table><thead><tr><th>甲</th></tr></thead><tbody><tr><td colspan="2">1</td><td rowspan="3"></td></tr></tbody></table><p>表</p>',
        ),
        ("<table><tr><td colspan=9999><p align=center>1</p></td></tr></table>", '<table><tbody><tr><td class="align-center" colspan="100">1</td></tr></tbody></table>'),
        ("<div align=center><table><tr><td>1</td></tr></table></div>", "<table><tbody><tr><td>1</td></tr></tbody></table>"),
        ("<p style='text-align:right;margin-left:42pt;color:red'>x</p>", '<p class="align-end indent-2">x</p>'),
        ("<p class='align-center indent-1 button modal'>x</p>", '<p class="align-center indent-1">x</p>'),
        ("<p dir=rtl>abc</p><p dir=ltr>abc</p>", '<p dir="rtl">abc</p><p>abc</p>'),
        (f"<ul><li>{UYGHUR}</li></ul>", f'<ul dir="rtl"><li dir="rtl">{UYGHUR}</li></ul>'),
        (f"<p>{EMOJI}</p>", f"<p>{EMOJI}</p>"),
        ("<a href='https://a.example/?a=1&copy=2'>x</a>", '<p><a href="https://a.example/?a=1&amp;copy=2" rel="noopener nofollow ugc">x</a></p>'),
        ("<a href='mailto:a@b.example' title=t target=_blank>x</a>", '<p><a href="mailto:a@b.example" rel="noopener nofollow ugc">x</a></p>'),
        ("<a href='#_ftn1'>[1]</a><a href='/threads/1'>x</a><a name=x>y</a>", "<p>[1]xy</p>"),
        ("<a href='http://1.2.3.999/'>x</a>", "<p>x</p>"),
        ("<del>旧</del><del cite='mailto:a'>删</del>", "<p><s>旧</s></p>"),
        ("一<span style='display:none'>隐</span>二", "<p>一二</p>"),
        ("甲\n乙 <span>丙</span>\n<span>丁</span> a\nb", "<p>甲乙 丙丁 a b</p>"),
        ("a&nbsp;&nbsp; b\u3000c", "<p>a b\u3000c</p>"),
        ("&lt;script&gt;&amp;lt;", "<p>&lt;script&gt;&amp;lt;</p>"),
        ("&#x202e;a&#8203;b&#0;&#xd83d;", "<p>ab��</p>"),
        ("a<hr>b", "<p>a</p><hr><p>b</p>"),
        ("<img src=x alt=图>", ""),
        ("<textarea>a<b></textarea><xmp><i></xmp>", "<p>a&lt;b&gt;&lt;i&gt;</p>"),
        ("a < b and c > d", "<p>a &lt; b and c &gt; d</p>"),
        ("<table><tr><td>a</p></div></b>b</td></tr></table>", "<table><tbody><tr><td>ab</td></tr></tbody></table>"),
        ("<div><table><tr><td>a</div>b</td></tr></table></div>", "<table><tbody><tr><td>ab</td></tr></tbody></table>"),
        ("<?xml:namespace prefix=o /><o:p/>a<o:p>&nbsp;</o:p>", "<p>a</p>"),
        ("", ""),
    ],
)  # fmt: skip
def test_html_is_reduced_to_what_the_page_knows(typed: str, html: str) -> None:
    assert cook(typed, "html") == html
    assert cook(html, "html") == html


# --- Words out of cooked HTML -------------------------------------------------------------


def test_plain_gives_a_line_for_each_paragraph_item_and_row() -> None:
    html = cook(
        "<h2>标题</h2><p>一<br>二 &lt;b&gt; <b>粗</b>体</p><ul><li>甲<li>乙</ul>"
        "<table><tr><td>1<td>2<tr><td>3<td>4</table>",
        "html",
    )
    assert plain(html) == "标题\n一\n二 <b> 粗体\n甲\n乙\n1 2\n3 4"
    assert plain("") == ""


def test_excerpt_is_one_line_without_what_is_quoted() -> None:
    html = cook("> 别人的话\n\n我的看法\n第二行", "plain")
    assert excerpt(html, 100) == "我的看法 第二行"
    assert excerpt(html, 3) == "我的看…"
    assert excerpt(cook("> 只有引用", "plain"), 100) == "只有引用"
    assert excerpt("", 10) == ""


@pytest.mark.parametrize("length", range(1, 12))
def test_excerpt_never_cuts_what_people_see_as_one(length: int) -> None:
    shown = excerpt(cook("好👩🏽‍⚕️é👨‍👩‍👧的", "plain"), length)
    assert shown.rstrip("…") in ("好", "好👩🏽‍⚕️", "好👩🏽‍⚕️é", "好👩🏽‍⚕️é👨‍👩‍👧", "好👩🏽‍⚕️é👨‍👩‍👧的")


@pytest.mark.parametrize(
    ("source", "terms", "html"),
    [
        ("深入学习实践", ["学习"], "深入<mark>学习</mark>实践"),
        ("学习GB18030", ["gb"], "学习<mark>GB</mark>18030"),
        ("ＡＢＣ", ["abc"], "<mark>ＡＢＣ</mark>"),
        ("abc", ["ＡＢ"], "<mark>ab</mark>c"),
        ("㈱大家谈", ["株"], "<mark>㈱</mark>大家谈"),
        ("<script>学习</script>", ["学习"], "&lt;script&gt;<mark>学习</mark>&lt;/script&gt;"),
        ("<b>&", ["<b>"], "<mark>&lt;b&gt;</mark>&amp;"),
        ("a.b", [".", "(", "\\"], "a<mark>.</mark>b"),
        ("讨论讨论", ["讨论", "讨"], "<mark>讨论</mark><mark>讨论</mark>"),
        ("讨论", ["", "x"], "讨论"),
        ("讨论", [], "讨论"),
    ],
)
def test_highlight_marks_and_escapes(source: str, terms: list[str], html: str) -> None:
    shown = highlight(source, terms)
    assert isinstance(shown, Markup)
    assert shown == html


@given(st.text(), st.lists(st.text(max_size=5), max_size=4))
def test_highlight_loses_nothing(source: str, terms: list[str]) -> None:
    shown = str(highlight(source, terms)).replace("<mark>", "").replace("</mark>", "")
    assert shown == str(highlight(source, []))
    assert "<" not in shown


def test_rich_is_what_templates_use() -> None:
    assert rich(None) == ""
    environment = Environment(autoescape=True)
    environment.filters["rich"] = rich
    shown = environment.from_string("{{ html|rich }}{{ html }}").render(html="<p>一</p>")
    assert shown == "<p>一</p>&lt;p&gt;一&lt;/p&gt;"


def test_the_version_is_a_number() -> None:
    assert isinstance(text.CLEANER, int)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("表格怎么减", ' lang="zh"'),
        ("<p class='lead'>用 PDF 报表</p>", ' lang="zh"'),
        ("“表格” passed the review and is public", ""),
        ("Less Paperwork", ""),
        ("2026 · 12:00", ""),
    ],
)
def test_the_language_of_words_is_told_where_it_is_chinese(words: str, said: str) -> None:
    assert text.tongue(words) == said
