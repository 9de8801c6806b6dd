"""One place where a person finds all that they wrote and where it stands."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.db import db
from moderation import own
from tests.boards import Forum
from tests.conftest import counted
from tests.people import Visitor

PAGE = "/me/texts"


@pytest.fixture
def written(app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor) -> dict[str, str]:
    """A text in each state, by the name of the group in which it is listed."""
    forum.published(cadre, moderator, title="大家能看到的一帖")
    forum.start(cadre, title="还在等的一帖")
    back = forum.post(forum.start(cadre, title="退回来的一帖"))
    forum.decide(moderator, "return", back, explanation="请写明数字的出处。")
    no = forum.post(forum.start(cadre, title="没有通过的一帖"))
    forum.decide(moderator, "reject", no, reason="off_topic", explanation="与这里无关。")
    return {
        "public": "大家能看到的一帖",
        "waiting": "还在等的一帖",
        "mine": "退回来的一帖",
        "closed": "没有通过的一帖",
    }


def titles(page: str) -> list[str]:
    return re.findall(r'<h2 class="row__title"><a href="[^"]+">([^<]+)</a>', page)


def test_it_tells_where_each_text_stands(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, written: dict[str, str]
) -> None:
    forum.start(cadre2, title="别人写的一帖")
    assert PAGE in cadre.get("/").text
    with counted(app) as seen:
        page = cadre.get(PAGE).text
    assert len(seen) <= 6, "\n\n".join(seen)
    newest_first = ["没有通过的一帖", "退回来的一帖", "还在等的一帖", "大家能看到的一帖"]
    assert titles(page) == newest_first
    assert "请写明数字的出处。" in page
    assert "与本版主题无关" in page
    assert "最迟" in page
    for group, title in written.items():
        assert titles(cadre.get(f"{PAGE}?shown={group}").text) == [title]
    assert titles(cadre.get(f"{PAGE}?shown=nonsense&after=x").text) == newest_first


def test_an_edit_that_waits_stands_beside_what_is_public(
    forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.published(cadre, moderator, title="大家能看到的一帖"))
    cadre.post(f"/posts/{post}/edit", {"title": "大家能看到的一帖", "body": "又改了一次。"})
    page = cadre.get(PAGE).text
    assert titles(page) == ["大家能看到的一帖"]
    assert "又改了一次。" in page
    assert "原来的一版仍然公开" in page
    for group in ("waiting", "public"):
        assert len(titles(cadre.get(f"{PAGE}?shown={group}").text)) == 1


def test_what_a_reviewer_mended_waits_for_its_author(
    forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.start(cadre, title="写错了字的一帖"))
    words = {"title": "改好了字的一帖", "body": "改好了。", "explanation": "改了错字。"}
    forum.decide(moderator, "amend", post, **words)
    assert titles(cadre.get(f"{PAGE}?shown=mine").text) == ["改好了字的一帖"]
    assert cadre.post(f"/posts/{post}/revert").status_code == 302
    assert titles(cadre.get(f"{PAGE}?shown=mine").text) == []
    assert len(titles(cadre.get(PAGE).text)) == 1


def test_the_title_of_anothers_hidden_thread_is_not_told(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre2, moderator, title="后来隐藏的题目")
    forum.approve(moderator, forum.reply(cadre, thread, "我接着说一句。"))
    assert "后来隐藏的题目" in cadre.get(PAGE).text
    hiding = {"reason": "other", "explanation": "不合适。"}
    assert moderator.post(f"/posts/{forum.post(thread)}/hide", hiding).status_code == 302
    page = cadre.get(PAGE).text
    assert "后来隐藏的题目" not in page
    assert "我接着说一句。" in page


def test_pages_by_key(
    forum: Forum, cadre: Visitor, written: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own, "PAGE", 3)
    first = cadre.get(PAGE).text
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward is not None
    last = cadre.get(onward[1]).text
    assert [len(titles(first)), titles(last)] == [3, ["大家能看到的一帖"]]
    assert 'rel="next"' not in last


def test_nothing_yet(forum: Forum, cadre: Visitor, anonymous: FlaskClient) -> None:
    page = cadre.get(PAGE).text
    assert "你还没有写过什么" in page
    assert 'href="/forum">去说一句' in page
    assert anonymous.get(PAGE).status_code == 302


def test_however_much_it_is_it_is_read_in_an_index_s_order(
    app: Flask, written: dict[str, str], cadre: Visitor
) -> None:
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("PostgreSQL chooses its way by how many rows there are")
    with counted(app) as seen:
        cadre.get(PAGE)
        cadre.get("/")
    own_texts = [one for one in seen if "LEFT OUTER JOIN queue_items" in one]
    returned = [
        one for one in seen if "JOIN revisions ON revisions.id" in one and "ORDER BY" in one
    ]
    assert (len(own_texts), len(returned)) == (1, 1)
    for statement in (*own_texts, *returned):
        asked = "EXPLAIN QUERY PLAN " + statement
        with app.app_context(), db.engine.connect() as connection:
            marks = connection.connection.cursor()
            plan = str(marks.execute(asked, [0] * statement.count("?")).fetchall())
        assert "ix_revisions_author_id" in plan
        assert "TEMP B-TREE" not in plan
        assert "_state (state=" not in plan
