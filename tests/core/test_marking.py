"""Places in a text are marked and quoted without touching anything else."""

from __future__ import annotations

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from core import text

MARK = re.compile("<mark>(.*?)</mark>", re.DOTALL)
MARKED_TEXTS = [
    "<p>加<b>微<i>信</i></b>吧 a&amp;b &lt;script&gt;alert(1)&lt;/script&gt;</p><p>第二段</p>",
    '<ul><li>一<a href="https://example.cn/?a=1&b=%22%3E<">二三</a></li><li>四</li></ul>',
    "<table><tr><td>格一</td><td>格<br>二</td></tr></table><blockquote>引 &quot;用&quot;</blockquote>",
    "<script>x</script><img src=x onerror=alert(1)>文字<style>p{}</style>",
]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), max_size=6), st.data())
def test_marks_change_nothing_but_what_is_marked(
    places: list[tuple[int, int]], data: st.DataObject
) -> None:
    html = text.cook(data.draw(st.sampled_from(MARKED_TEXTS)), "html")
    spans = [(start, start + length) for start, length in places]
    marked = str(text.marked(html, spans))
    assert re.sub("</?mark>", "", marked) == html
    said = text.words(html)
    inside = "".join(unescape(re.sub("<[^>]*>", "", one)) for one in MARK.findall(marked))
    wanted = {place for start, end in spans for place in range(start, min(end, len(said)))}
    assert inside == "".join(said[place] for place in sorted(wanted) if said[place] not in "\n\t")
    # A browser reads the same elements: no mark reaches across a tag.
    assert all("<" not in one for one in MARK.findall(marked))


def test_words_part_paragraphs_and_cells() -> None:
    html = text.cook(
        "<p>一<b>二</b></p><table><tr><td>三</td><td>四&amp;</td></tr></table>", "html"
    )
    assert re.sub("\n+", "|", text.words(html)) == "|一二|\t三\t\t四&\t|"
    assert text.plain(html) == "一二\n三 四&"


def test_addresses_of_links() -> None:
    html = text.cook('<p><a href="https://example.cn/?a=1&amp;b=2">这里</a></p>', "html")
    assert text.addresses(html) == ["https://example.cn/?a=1&b=2"]


def test_a_quoted_place_is_escaped_and_cut() -> None:
    said = "第一行\n前面很长的一段话<b>加微信</b>后面\n第三行"
    start = said.index("加")
    wanted = "…段话&lt;b&gt;<mark>加微信</mark>&lt;/b&gt;后…"
    assert text.quoted(said, (start, start + 3), 5) == wanted
    assert text.quoted(said, (start, start + 3), 50).startswith("前面很长")
    assert text.marked_plain("<i>", [(0, 1)]) == "<mark>&lt;</mark>i&gt;"
