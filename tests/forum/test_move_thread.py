"""Moving, splitting, merging: permalinks hold, signposts stand, and nobody reads more than before."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from core import journal, search
from core.db import db
from core.policy import SYSTEM
from forum.models import Board, Post, Thread
from moderation.models import QueueItem
from tests.boards import Forum, work
from tests.people import Cast, Visitor

WHY = {"why": "说的是另一件事。"}


def board(app: Flask, cast: Cast, slug: str, **fields: object) -> str:
    """Another board; returns its id as forms name it."""
    unit_id = cast.unit_id(str(fields.pop("unit", "region")))
    with app.app_context():
        made = Board(slug=slug, title=f"{slug}版", unit_id=unit_id, **fields)
        db.session.add(made)
        db.session.commit()
        return str(made.id)


def counts(app: Flask, slug: str) -> int:
    with app.app_context():
        return db.session.scalars(select(Board.thread_count).where(Board.slug == slug)).one()


# --- Moving ---------------------------------------------------------------------------------


def test_a_thread_moves_with_all_its_posts(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    there = board(app, cast, "study", pre_moderated=True)
    thread = forum.published(cadre, moderator, title="放错地方的一帖")
    waiting = forum.reply(cadre2, thread, "还在等审的一句。")
    assert "移动主题" in moderator.get(f"/threads/{thread}").text
    assert f"/threads/{thread}/move" in moderator.get(f"/moderation/{forum.item(waiting)}").text
    answer = moderator.post(f"/threads/{thread}/move", {"board": there, **WHY})
    assert answer.location == f"/threads/{thread}"
    assert "放错地方的一帖" in cadre2.get("/forum/study").text
    old = cadre2.get("/forum/dajiatan").text
    assert "放错地方的一帖" not in old
    for words in ("study版", WHY["why"], "审核员", f'href="/threads/{thread}"'):
        assert words in old
    assert "moderator同志" not in old
    assert (counts(app, "dajiatan"), counts(app, "study")) == (0, 1)
    with app.app_context():
        item = db.session.get_one(
            QueueItem,
            forum_item := db.session.scalars(
                select(QueueItem.id).where(QueueItem.closed_at.is_(None))
            ).one(),
        )
        assert (item.place, forum_item) == ("forum:study", item.id)
        assert [one.verb for one in journal.history("forum:thread", thread)] == ["move"]
    forum.approve(moderator, waiting)
    assert cadre.get(f"/posts/{waiting}").location == f"/threads/{thread}#post-2"


def test_a_public_thread_that_moves_inside_is_read_by_members_alone(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor
) -> None:
    board(app, cast, "open", is_public=True, pre_moderated=False)
    thread = forum.start(cadre, title="从外面移进来的一帖", board="open")
    reply = forum.reply(cadre, thread, "跟的一句。")
    with app.app_context():
        inside = str(db.session.scalars(select(Board.id).where(Board.slug == "chat")).one())
    stranger = cast.visitor()
    assert "从外面移进来" in stranger.get("/forum/open").text
    with app.test_request_context():
        assert search.find("从外面移进来", SYSTEM).total == 2
    assert moderator.post(f"/threads/{thread}/move", {"board": inside, **WHY}).status_code == 302
    with app.test_request_context():
        assert search.find("从外面移进来", SYSTEM).total == 0
        assert search.find("从外面移进来", cast.person("cadre")).total == 2
    for path in ("/", "/forum", "/forum/open", f"/threads/{thread}", f"/posts/{reply}"):
        page = stranger.get(path, follow_redirects=True).text
        for words in ("从外面移进来", "跟的一句", "茶水间"):
            assert words not in page, path
    assert "一个主题移到了别的版块" in stranger.get("/forum/open").text


def test_nothing_moves_to_where_more_people_read(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor
) -> None:
    outside = board(app, cast, "open", is_public=True, pre_moderated=False)
    thread = forum.start(cadre, board="chat")
    answer = moderator.post(f"/threads/{thread}/move", {"board": outside, **WHY})
    assert answer.status_code == 422
    assert "不能移过去" in answer.text
    target = forum.start(cadre, board="open")
    answer = moderator.post(f"/threads/{thread}/merge", {"into": str(target), **WHY})
    assert answer.status_code == 422
    assert cast.visitor().get(f"/threads/{thread}").status_code == 302


def test_only_between_boards_that_the_reviewer_covers(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor
) -> None:
    below = board(app, cast, "county", unit="county", pre_moderated=False)
    with app.app_context():
        above = str(db.session.scalars(select(Board.id).where(Board.slug == "chat")).one())
    thread = forum.start(cadre, board="county")
    local = cast.visitor("moderator2")
    assert local.post(f"/threads/{thread}/move", {"board": above, **WHY}).status_code == 422
    target = forum.start(cadre, board="chat")
    assert local.post(f"/threads/{thread}/merge", {"into": str(target), **WHY}).status_code == 403
    assert local.post(f"/threads/{target}/move", {"board": below, **WHY}).status_code == 403
    assert moderator.post(f"/threads/{target}/move", {"board": below, **WHY}).status_code == 302


@pytest.mark.parametrize("verb", ["move", "split", "merge"])
@pytest.mark.parametrize("username", ["cadre", "cadre2", "moderator2", "admin"])
def test_others_may_not(forum: Forum, cast: Cast, cadre: Visitor, username: str, verb: str) -> None:
    thread = forum.start(cadre, board="chat")
    visitor = cast.visitor(username)
    assert visitor.get(f"/threads/{thread}/{verb}").status_code == 403
    assert visitor.post(f"/threads/{thread}/{verb}", WHY).status_code == 403


def test_what_stands_is_ended_with_words_for_its_new_board_alone(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    there = board(app, cast, "inner", read_who="unit", read_unit_id=cast.unit_id("county"))
    thread = forum.start(cadre, board="chat")
    assert moderator.post(f"/threads/{thread}/lock", {"why": "先停一停。"}).status_code == 302
    assert "先停一停" in cadre2.get("/threads/tended").text
    assert moderator.post(f"/threads/{thread}/move", {"board": there, **WHY}).status_code == 302
    assert moderator.post(f"/threads/{thread}/unlock", {"why": "内部的话。"}).status_code == 302
    assert "内部的话" not in cadre2.get("/threads/tended").text
    assert "内部的话" in cadre.get("/threads/tended?board=inner").text


# --- Splitting ------------------------------------------------------------------------------


def talk(forum: Forum, cadre: Visitor, cadre2: Visitor, count: int = 4) -> tuple[int, list[int]]:
    thread = forum.start(cadre, title="说着说着岔开了", board="chat")
    return thread, [forum.reply(cadre2, thread, f"第{n}句接话。") for n in range(2, count + 2)]


def test_chosen_posts_become_a_thread(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread, posts = talk(forum, cadre, cadre2)
    words = {"numbers": "3, 5", "title": "岔出来的话题", **WHY}
    answer = moderator.post(f"/threads/{thread}/split", words)
    assert answer.status_code == 302
    made = int(answer.location.rpartition("/")[2])
    page = cadre.get(f"/threads/{made}").text
    assert "岔出来的话题" in page
    assert "第3句接话" in page and "第5句接话" in page
    assert "第4句接话" not in page
    assert cadre.get(f"/posts/{posts[1]}").location == f"/threads/{made}"
    assert cadre.get(f"/posts/{posts[3]}").location == f"/threads/{made}#post-2"
    assert cadre.get(f"/posts/{posts[2]}").location == f"/threads/{thread}#post-4"
    old = cadre.get(f"/threads/{thread}").text
    assert "第3句接话" not in old
    for words_ in (f'href="/posts/{posts[1]}"', 'id="post-3"', WHY["why"]):
        assert words_ in old
    assert old.index('id="post-3"') < old.index('id="post-4"')
    assert "岔出来的话题" in cadre.get("/forum/chat").text
    assert f"/posts/{posts[1]}" in cadre.get("/search?q=岔出来的话题").text
    assert counts(app, "chat") == 2
    with app.app_context():
        found = db.session.get_one(Thread, thread)
        assert (found.post_count, found.last_number, found.next_number) == (3, 4, 6)
    assert forum.reply(cadre2, made, "接着说。")
    with app.app_context():
        assert (
            db.session.scalar(select(Post.number).where(Post.thread_id == made, Post.id > posts[3]))
            == 3
        )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"numbers": "1"}, "第 1 楼要留在原处"),
        ({"numbers": "2, 99"}, "请写这个主题里有的楼号"),
        ({"numbers": "2-99999"}, "请写楼号"),
        ({"numbers": "二"}, "请写楼号"),
        ({"numbers": " "}, "请写楼号"),
        ({"title": ""}, "请写一个标题"),
        ({"why": ""}, "请写明原因"),
    ],
)
def test_a_split_that_does_not_hold_is_refused(
    forum: Forum,
    cadre: Visitor,
    cadre2: Visitor,
    moderator: Visitor,
    fields: dict[str, str],
    words: str,
) -> None:
    thread, _posts = talk(forum, cadre, cadre2, 1)
    sent = {"numbers": "2", "title": "岔出来的话题", **WHY, **fields}
    answer = moderator.post(f"/threads/{thread}/split", sent)
    assert answer.status_code == 422
    assert words in answer.text
    assert "第2句接话" in cadre.get(f"/threads/{thread}").text


def test_a_thread_does_not_open_with_what_waits(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator)
    forum.reply(cadre2, thread, "还没审的一句。")
    words = {"numbers": "2", "title": "岔出来的话题", **WHY}
    assert moderator.post(f"/threads/{thread}/split", words).status_code == 422


def test_the_first_of_a_split_thread_is_edited_with_its_title(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread, posts = talk(forum, cadre, cadre2, 1)
    words = {"numbers": "2", "title": "岔出来的话题", **WHY}
    moderator.post(f"/threads/{thread}/split", words)
    assert 'value="岔出来的话题"' in cadre2.get(f"/posts/{posts[0]}/edit").text


# --- Merging --------------------------------------------------------------------------------


def test_a_merged_thread_goes_on_in_the_other(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread, posts = talk(forum, cadre, cadre2, 2)
    opening = forum.post(thread)
    into = forum.start(cadre, title="早就有的一帖", board="chat")
    address = f"http://localhost/threads/{into}?page=2"
    answer = moderator.post(f"/threads/{thread}/merge", {"into": address, **WHY})
    assert answer.location == f"/threads/{into}"
    page = cadre2.get(f"/threads/{into}").text
    for words in ("开头说的话", "第2句接话", "第3句接话"):
        assert words in page
    assert cadre2.get(f"/posts/{opening}").location == f"/threads/{into}#post-2"
    assert cadre2.get(f"/posts/{posts[1]}").location == f"/threads/{into}#post-4"
    sign = cadre2.get(f"/threads/{thread}").text
    assert WHY["why"] in sign
    assert f'href="/threads/{into}"' in sign
    assert "说着说着岔开了" not in cadre2.get("/forum/chat").text
    assert cadre2.post(f"/threads/{thread}/reply", {"body": "晚了一步"}).status_code == 403
    assert counts(app, "chat") == 1
    with app.app_context():
        found = db.session.get_one(Thread, into)
        assert (found.post_count, found.last_number) == (4, 4)


@pytest.mark.parametrize("verb", ["move", "split", "merge"])
def test_what_went_away_does_not_go_again(
    app: Flask,
    forum: Forum,
    cast: Cast,
    cadre: Visitor,
    cadre2: Visitor,
    moderator: Visitor,
    verb: str,
) -> None:
    there = board(app, cast, "study")
    thread, _posts = talk(forum, cadre, cadre2, 1)
    into = forum.start(cadre, title="早就有的一帖", board="chat")
    moderator.post(f"/threads/{thread}/merge", {"into": str(into), **WHY})
    sent = {"board": there, "into": str(into), "numbers": "2", "title": "岔出来的话题", **WHY}
    assert moderator.post(f"/threads/{thread}/{verb}", sent).status_code == 409


@pytest.mark.parametrize("into", ["0", "999999", "x", "itself"])
def test_into_what_is_not_there_nothing_is_merged(
    forum: Forum, cadre: Visitor, moderator: Visitor, into: str
) -> None:
    thread = forum.start(cadre, board="chat")
    sent = {"into": str(thread) if into == "itself" else into, **WHY}
    assert moderator.post(f"/threads/{thread}/merge", sent).status_code == 422
    assert "开头说的话" in cadre.get(f"/threads/{thread}").text


def test_what_waits_goes_on_waiting_where_others_publish_at_once(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator)
    post = forum.reply(cadre2, thread, "等审的一句。")
    with app.app_context():
        chat = str(db.session.scalars(select(Board.id).where(Board.slug == "chat")).one())
    assert moderator.post(f"/threads/{thread}/move", {"board": chat, **WHY}).status_code == 302
    cadre2.post(f"/posts/{post}/edit", {"body": "等审时改的一句。"})
    assert "等审时改的一句" not in cadre.get(f"/threads/{thread}").text
    forum.approve(moderator, post)
    assert "等审时改的一句" in cadre.get(f"/threads/{thread}").text


def test_a_decision_is_not_undone_after_a_move(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor
) -> None:
    there = board(app, cast, "study")
    thread = forum.published(cadre, moderator)
    moderator.post(f"/threads/{thread}/move", {"board": there, **WHY})
    answer = moderator.post(f"/moderation/{forum.item(forum.post(thread))}/undo")
    assert answer.status_code == 409


def test_who_watched_or_began_to_reply_goes_on_where_it_went(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.start(cadre, board="chat")
    into = forum.start(moderator, title="另一个主题", board="chat")
    expert, delegate = cast.visitor("expert"), cast.visitor("delegate")
    for visitor in (expert, delegate):
        visitor.post(f"/threads/{thread}/follow", {"level": "watch"})
        visitor.post(f"/threads/{thread}/draft", {"body": "写了一半。", "seen": "1"})
    delegate.post(f"/threads/{into}/follow", {"level": "mute"})
    delegate.post(f"/threads/{into}/draft", {"body": "那边也有一半。", "seen": "1"})
    answer = moderator.post(f"/threads/{thread}/merge", {"into": str(into), **WHY})
    assert answer.status_code == 302
    assert "写了一半" in expert.get(f"/threads/{into}/reply").text
    assert "那边也有一半" in delegate.get(f"/threads/{into}/reply").text
    assert "写了一半" in delegate.get("/me/drafts").text  # both stay
    work(app)
    forum.reply(cadre2, into, "接着说。")
    work(app)
    assert "另一个主题" in expert.get("/notices").text
    assert "另一个主题" not in delegate.get("/notices").text
