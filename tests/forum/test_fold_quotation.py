"""Long and nested quotations fold when read; the words are all there, and what is kept is as it was."""

from __future__ import annotations

from tests.boards import Forum
from tests.people import Visitor

SHORT = "<blockquote><p>两个字。</p></blockquote><p>说。</p>"
LONG = f"<blockquote>{'<p>一行话。</p>' * 7}</blockquote><p>说。</p>"
WIDE = f"<blockquote><p>{'话' * 260}</p></blockquote>"
NESTED = "<blockquote><p>外面。</p><blockquote><p>里面。</p></blockquote></blockquote><p>说。</p>"
FACE = '<details class="unfold">'


def test_only_what_is_long_or_within_another_is_folded(forum: Forum, cadre: Visitor) -> None:
    cases = (("<p>没有引用。</p>", 0), (SHORT, 0), (LONG, 1), (WIDE, 1), (NESTED, 1))
    cases = (*cases, (LONG.replace("</blockquote>", NESTED, 1), 1))
    for number, (html, count) in enumerate(cases):
        thread = forum.start(cadre, title=f"第 {number} 个标题", board="chat")
        words = {"body": html, "body_format": "html", "title": "改过的标题"}
        answer = cadre.post(f"/posts/{forum.post(thread)}/edit", words)
        assert answer.status_code == 302, answer.text
        page = cadre.get(f"/threads/{thread}").text
        assert page.count(FACE) == count, html
    assert page.count("一行话。") == 7
    assert page.index(FACE) < page.index("一行话。")


def test_the_outer_words_of_a_nested_one_stay(forum: Forum, cadre: Visitor) -> None:
    thread = forum.start(cadre, board="chat")
    words = {"body": NESTED, "body_format": "html", "title": "改过的标题"}
    cadre.post(f"/posts/{forum.post(thread)}/edit", words)
    page = cadre.get(f"/threads/{thread}").text
    assert page.index("外面。") < page.index(FACE) < page.index("里面。")
