"""On a page in English what people wrote in Chinese says so; on a Chinese page nothing does."""

from __future__ import annotations

import re

from tests.boards import Forum
from tests.people import Visitor

HAN = re.compile("[\u4e00-\u9fff]")
LATIN = re.compile("[A-Za-z]")


def test_words_of_people_bear_their_language(
    forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator, title="怎么减少表格", body="先合并几张。")
    pages = ("/", "/forum/dajiatan", f"/threads/{thread}", "/me/texts", "/search?q=表格")
    for page in pages:
        assert 'lang="zh"' not in cadre.get(page).text
    cadre.post("/preferences", {"language": "en"})
    for page in pages:
        html = cadre.get(page).text
        main = html[html.index("<main") : html.index("</main>")]
        bare = re.findall(r"<(?:a|h1|span|dd|button)\b(?![^>]*lang=)[^>]*>([^<]*)<", main)
        chinese = [one for one in bare if 2 * len(HAN.findall(one)) >= len(LATIN.findall(one))]
        assert [one for one in chinese if HAN.search(one)] == [], page
    assert '<div class="prose" lang="zh">' in cadre.get(f"/threads/{thread}").text
