"""Every submitted version meets the rules about words; nothing is deleted or refused in silence."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from core import journal
from core.db import db
from forum.models import Post
from moderation.models import Decision, QueueItem, Revision
from moderation.terms.models import TermMatch
from tests.boards import Forum
from tests.people import Visitor
from tests.rules import REASON, REASON_EN, Rules

AD = "想转让的朋友請加 薇*信，价格好商量。"
PLAIN = "今天食堂的拉条子不错。"


@pytest.fixture
def hold(rules: Rules) -> int:
    return rules.enact("加薇信", "代开发票", allowed=["参加薇信会议"])


def item_of(app: Flask, forum: Forum, post: int) -> tuple[str, str] | None:
    """Reason and state of a post's newest item."""
    item_id = forum.item(post)
    with app.app_context():
        item = db.session.get(QueueItem, item_id)
        return (item.reason, item.state) if item else None


def state_of(app: Flask, forum: Forum, post: int) -> tuple[str, bool]:
    """The newest version's state, and whether the post is public."""
    revision_id = forum.latest(post)
    with app.app_context():
        record = db.session.get_one(Post, post)
        return db.session.get_one(Revision, revision_id).state, record.is_public


# --- hold ---------------------------------------------------------------------------------


def test_a_held_text_waits_even_where_others_publish_at_once(
    app: Flask, forum: Forum, hold: int, cadre: Visitor, cadre2: Visitor
) -> None:
    thread = forum.start(cadre, board="chat")
    post = forum.reply(cadre2, thread, AD)
    assert state_of(app, forum, post) == ("pending", False)
    assert item_of(app, forum, post) == ("matched", "open")
    assert "薇*信" not in cadre.get(f"/threads/{thread}").text


def test_its_author_is_told_that_it_waits_and_why_but_not_which_word(
    forum: Forum, hold: int, cadre: Visitor
) -> None:
    answer = cadre.post("/forum/chat/new", {"title": "一个像样的标题", "body": AD})
    page = cadre.get(answer.location).text
    assert page.count(REASON) == 2  # once when it was sent, and for good beside the text
    assert "加薇信" not in page
    again = cadre.get(answer.location).text
    assert again.count(REASON) == 1
    english = cadre.get(answer.location, headers={"Accept-Language": "en"}).text
    assert REASON_EN in english


def test_nothing_waits_that_no_rule_names(
    app: Flask, forum: Forum, hold: int, cadre: Visitor
) -> None:
    for body in (PLAIN, "请大家参加薇信会议", "多加，薇信见"):
        post = forum.post(forum.start(cadre, board="chat", body=body))
        assert state_of(app, forum, post) == ("published", True), body
        assert item_of(app, forum, post) is None


def test_title_links_and_rich_text_are_screened(
    app: Flask, forum: Forum, rules: Rules, cadre: Visitor
) -> None:
    rules.enact("代开发票", "example.cn")
    texts = (
        {"title": "帮忙代開發票", "body": PLAIN},
        {"title": "一个像样的标题", "body": "<p>代<b>开</b>发<i>票</i></p>", "body_format": "html"},
        {
            "title": "一个像样的标题",
            "body": '<p><a href="https://example.cn/x">看这里</a></p>',
            "body_format": "html",
        },
    )
    for words in texts:
        answer = cadre.post("/forum/chat/new", words)
        post = forum.post(int(re.findall(r"/(\d+)", answer.location)[0]))
        assert state_of(app, forum, post) == ("pending", False), words


def test_an_edit_that_is_held_leaves_the_public_version(
    app: Flask, forum: Forum, hold: int, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.start(cadre, board="chat", body=PLAIN)
    post = forum.post(thread)
    assert (
        cadre.post(f"/posts/{post}/edit", {"title": "还是这个标题", "body": AD}).status_code == 302
    )
    page = cadre2.get(f"/threads/{thread}").text
    assert PLAIN in page
    assert "薇*信" not in page
    assert item_of(app, forum, post) == ("matched", "open")
    forum.approve(moderator, post)
    assert "薇*信" in cadre2.get(f"/threads/{thread}").text


def test_on_a_reviewed_board_the_item_says_that_a_rule_matched(
    app: Flask, forum: Forum, hold: int, cadre: Visitor
) -> None:
    post = forum.post(forum.start(cadre, body=AD))
    assert item_of(app, forum, post) == ("matched", "open")


def test_mending_a_held_text_publishes_it_where_others_publish_at_once(
    app: Flask, forum: Forum, hold: int, cadre: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.start(cadre, board="chat", body=AD))
    cadre.post(f"/posts/{post}/edit", {"title": "一个像样的标题", "body": PLAIN})
    assert state_of(app, forum, post) == ("published", True)
    # The item that was opened stays: a reviewer looks at what became of it.
    page = moderator.get(f"/moderation/{forum.item(post)}").text
    assert PLAIN in page
    assert forum.decide(moderator, "harmless", post).status_code == 302
    assert item_of(app, forum, post) == ("matched", "decided")


# --- flag ---------------------------------------------------------------------------------


@pytest.fixture
def flagged(rules: Rules, forum: Forum, cadre: Visitor) -> int:
    """A public post that a rule flagged."""
    rules.enact("加薇信", effect="flag")
    return forum.post(forum.start(cadre, board="chat", body=AD))


def test_a_flagged_text_is_public_and_in_the_queue(
    app: Flask, forum: Forum, flagged: int, cadre: Visitor, cadre2: Visitor
) -> None:
    assert state_of(app, forum, flagged) == ("published", True)
    assert item_of(app, forum, flagged) == ("matched", "open")
    assert REASON in cadre.get(f"/posts/{flagged}", follow_redirects=True).text
    assert "薇*信" in cadre2.get(f"/posts/{flagged}", follow_redirects=True).text


def test_a_reviewer_lets_a_flagged_text_be(
    app: Flask, forum: Forum, flagged: int, cadre2: Visitor, moderator: Visitor
) -> None:
    page = moderator.get(f"/moderation/{forum.item(flagged)}").text
    assert f"/moderation/{forum.item(flagged)}/hide" in page
    assert f"/moderation/{forum.item(flagged)}/reject" not in page
    answer = forum.decide(moderator, "harmless", flagged)
    assert answer.status_code == 302
    # What ends flags is not taken back, so nothing offers to.
    assert "/undo" not in moderator.get(answer.location).text
    assert state_of(app, forum, flagged) == ("published", True)
    assert item_of(app, forum, flagged) == ("matched", "decided")
    thread = cadre2.get("/forum/chat").text
    assert thread.count("一个像样的标题") == 1
    assert cadre2.get(f"/posts/{flagged}/history").text.count("第 1 版") == 1
    with app.app_context():
        assert [
            one.verb for one in db.session.scalars(db.select(Decision).order_by(Decision.id))
        ] == [
            "exempt",
            "harmless",
        ]
        assert db.session.get_one(Post, flagged).thread_id
        assert not list(journal.verify())


def test_a_reviewer_hides_a_flagged_text_and_its_author_may_appeal(
    app: Flask, forum: Forum, flagged: int, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    bare = forum.decide(moderator, "hide", flagged)
    assert bare.status_code == 422
    done = forum.decide(moderator, "hide", flagged, reason="advertising", explanation="是广告。")
    assert done.status_code == 302
    assert state_of(app, forum, flagged) == ("hidden", False)
    assert cadre2.get(f"/posts/{flagged}").status_code == 404
    own = cadre.get(f"/posts/{flagged}", follow_redirects=True).text
    assert "是广告。" in own
    assert f"/posts/{flagged}/appeal" in own
    again = forum.decide(moderator, "hide", flagged, reason="advertising", explanation="是广告。")
    assert again.status_code == 409


def test_hiding_from_the_thread_decides_the_flag(
    app: Flask, forum: Forum, flagged: int, moderator: Visitor
) -> None:
    words = {"reason": "advertising", "explanation": "是广告。"}
    assert moderator.post(f"/posts/{flagged}/hide", words).status_code == 302
    assert item_of(app, forum, flagged) == ("matched", "decided")


def test_an_ordinary_decision_does_not_fit_a_flagged_text(
    forum: Forum, flagged: int, moderator: Visitor
) -> None:
    for verb in ("return", "reject"):
        words = {"reason": "other", "explanation": "因为。"}
        assert forum.decide(moderator, verb, flagged, **words).status_code == 409


def test_editing_does_not_shake_off_a_flag(
    app: Flask, forum: Forum, flagged: int, cadre: Visitor, moderator: Visitor
) -> None:
    cadre.post(f"/posts/{flagged}/edit", {"title": "一个像样的标题", "body": PLAIN})
    assert item_of(app, forum, flagged) == ("matched", "open")
    assert PLAIN in moderator.get(f"/moderation/{forum.item(flagged)}").text


def test_withdrawing_a_held_edit_does_not_shake_off_a_flag(
    app: Flask, forum: Forum, rules: Rules, flagged: int, cadre: Visitor, moderator: Visitor
) -> None:
    item = forum.item(flagged)
    rules.enact("代开发票", name="发票")
    edit = {"title": "一个像样的标题", "body": "代开发票"}
    assert cadre.post(f"/posts/{flagged}/edit", edit).status_code == 302
    assert state_of(app, forum, flagged) == ("pending", True)
    assert cadre.post(f"/posts/{flagged}/withdraw").status_code == 302
    page = moderator.get(f"/moderation/{item}").text
    assert "<mark>加 薇*信</mark>" in page
    revision = re.search(r'name="revision" value="(\d+)"', page)
    assert revision is not None
    data = {"revision": revision[1]}
    assert moderator.post(f"/moderation/{item}/harmless", data).status_code == 302
    assert state_of(app, forum, flagged) == ("withdrawn", True)


# --- note ---------------------------------------------------------------------------------


def test_a_note_is_shown_and_nothing_else_happens(
    app: Flask, forum: Forum, rules: Rules, cadre: Visitor, moderator: Visitor
) -> None:
    rules.enact("加薇信", effect="note", reason="这里不方便留联系方式。")
    answer = cadre.post("/forum/chat/new", {"title": "一个像样的标题", "body": AD})
    assert "这里不方便留联系方式。" in cadre.get(answer.location).text
    post = forum.post(int(re.findall(r"/(\d+)", answer.location)[0]))
    assert state_of(app, forum, post) == ("published", True)
    assert item_of(app, forum, post) is None
    waiting = forum.post(forum.start(cadre, body=AD))
    assert item_of(app, forum, waiting) == ("pre_moderated", "open")
    assert "这里不方便留联系方式。" in moderator.get(f"/moderation/{forum.item(waiting)}").text


# --- what reviewers see, and what is kept ----------------------------------------------------


def test_the_reviewer_sees_each_place_marked_and_which_rule_and_version(
    forum: Forum, rules: Rules, cadre: Visitor, moderator: Visitor
) -> None:
    rules.enact("旧的用语")
    rules.enact("加薇信")
    body = "<p>请<b>加</b><i>薇 信</i> &lt;b&gt;</p><p>加薇信&amp;</p>"
    words = {"title": "请加薇信吧", "body": body, "body_format": "html"}
    answer = cadre.post("/forum/chat/new", words)
    post = forum.post(int(re.findall(r"/(\d+)", answer.location)[0]))
    page = moderator.get(f"/moderation/{forum.item(post)}").text
    assert "<strong><mark>加</mark></strong><em><mark>薇 信</mark></em> &lt;b&gt;" in page
    assert "<p><mark>加薇信</mark>&amp;</p>" in page
    assert "请<mark>加薇信</mark>吧" in page  # the title, quoted
    assert "广告" in page
    assert "第 2 版规则" in page


def test_offsets_and_versions_are_kept_but_no_text(
    app: Flask, forum: Forum, hold: int, rules: Rules, cadre: Visitor
) -> None:
    post = forum.post(forum.start(cadre, board="chat", body="啊。代开发票"))
    rules.enact("不相干的")
    latest = forum.latest(post)
    with app.app_context():
        match = db.session.scalars(db.select(TermMatch)).one()
        assert match.revision_id == latest
        assert match.places == [["body", 3, 7]]
        columns = {column.name for column in TermMatch.__table__.columns}
        assert columns == {"id", "revision_id", "version_id", "places"}


def test_a_retired_or_discarded_rule_matches_nothing(
    app: Flask, forum: Forum, rules: Rules, hold: int, cadre: Visitor, chief: Visitor
) -> None:
    rules.draft("拉条子", name="草稿")
    assert chief.post(f"/moderation/terms/{hold}/retire").status_code == 302
    for body in (AD, PLAIN):
        post = forum.post(forum.start(cadre, board="chat", body=body))
        assert state_of(app, forum, post) == ("published", True)
