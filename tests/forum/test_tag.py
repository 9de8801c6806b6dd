"""Tags: who makes them, who sees them, how they are listed, followed, merged and found."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from sqlalchemy import func, select, update

from accounts.models import Person
from core import clock, figures, follows
from core.db import db
from core.journal import JournalEvent
from forum.models import Board, Thread
from forum.tags import Tag
from tests.boards import Forum
from tests.conftest import counted
from tests.forum.test_follow import inbox, set_level, told, work
from tests.people import Cast, Visitor


def board_id(app: Flask, slug: str = "dajiatan") -> int:
    with app.app_context():
        return int(db.session.scalars(select(Board.id).where(Board.slug == slug)).one())


def make(app: Flask, name: str, board: str | None = None, **said: Any) -> int:
    own = board_id(app, board) if board else None
    with app.app_context():
        tag = Tag(name=name, board_id=own, **{"accepted_at": clock.now(), **said})
        db.session.add(tag)
        db.session.commit()
        return tag.id


def close(app: Flask, board: str) -> None:
    with app.app_context():
        closed = {"read_who": "roles", "read_roles": ",expert,"}
        db.session.execute(update(Board).where(Board.slug == board).values(**closed))
        db.session.commit()


def start(forum: Forum, author: Visitor, *tags: int, board: str = "chat", **words: str) -> int:
    data = {"title": "一个像样的标题", "body": "开头说的话。", **words, "tags": [*map(str, tags)]}
    answer = author.post(f"/forum/{board}/new", data)
    assert answer.status_code == 302, answer.text
    return int(re.search(r"/threads/(\d+)", answer.location)[1])  # type: ignore[index]


def shows(visitor: Visitor, url: str, thread: int) -> bool:
    answer = visitor.get(url)
    assert answer.status_code == 200, url
    return f'href="/threads/{thread}"' in answer.text


def found(visitor: Visitor, query: str, post: int) -> bool:
    return f'"/posts/{post}"' in visitor.get(f"/search?{query}").text


def test_a_thread_is_listed_and_found_by_its_tags(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    site, own = make(app, "会议精简", name_en="Fewer meetings"), make(app, "吃饭", "chat")
    thread = start(forum, cadre, site, own, title="开会的事")
    other = start(forum, cadre, site, title="散会的事", board="dajiatan")
    forum.approve(moderator, forum.post(other))
    plain = start(forum, cadre, title="另外的一件事")
    for url, hits in {
        f"/tags/{site}": (True, True, False),
        f"/tags/{own}": (True, False, False),
        f"/forum/chat?tag={site}": (True, False, False),
        f"/forum/chat?tag={own}": (True, False, False),
        "/forum/chat?tag=999": (True, False, True),
    }.items():
        assert tuple(shows(cadre2, url, one) for one in (thread, other, plain)) == hits, url
        with counted(app) as seen:
            cadre2.get(url)
        assert len(seen) <= 6, (url, seen)
    page = cadre2.get(f"/threads/{thread}").text
    assert f'href="/tags/{site}"' in page
    feed = cadre2.get(f"/feeds/tag/{site}").text
    assert ("开会的事" in feed, "散会的事" in feed, "另外的一件事" in feed) == (True, True, False)
    assert "吃饭" in cadre2.get("/forum/chat").text
    assert "会议精简" in cadre2.get("/tags").text
    for query, hit in {
        f"tag={site}": True,
        f"q=开会&tag={site}": True,
        f"q=开会&tag={own}&board=chat": True,
        f"q=开会&tag={own}&board=dajiatan": False,
        f"q=散会&tag={own}": False,
    }.items():
        assert found(cadre2, query, forum.post(thread)) == hit, query
    assert "标签：会议精简" in cadre2.get(f"/search?tag={site}").text


def test_what_waits_is_on_no_list_and_in_no_count(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    tag = make(app, "会议精简")
    thread = start(forum, cadre, tag, title="等审的事", board="dajiatan")
    chief = forum.cast.visitor("chief_moderator")
    assert not shows(cadre2, f"/tags/{tag}", thread)
    assert not found(cadre2, f"tag={tag}", forum.post(thread))
    assert "0 个主题" in chief.get("/tags/site").text
    forum.approve(moderator, forum.post(thread))
    assert shows(cadre2, f"/tags/{tag}", thread)
    assert "1 个主题" in chief.get("/tags/site").text
    hide = {"reason": "other", "explanation": "先看一看。"}
    assert moderator.post(f"/posts/{forum.post(thread)}/hide", hide).status_code == 302
    assert not shows(cadre2, f"/tags/{tag}", thread)
    assert "0 个主题" in chief.get("/tags/site").text


def test_no_count_tells_of_a_board_one_may_not_read(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor
) -> None:
    tag = make(app, "会议精简")
    start(forum, cadre, tag)
    chief, admin = cast.visitor("chief_moderator"), cast.visitor("admin")
    assert "1 个主题" in admin.get("/tags/site").text
    with app.app_context():
        assert figures.read("forum.threads") == 1
    close(app, "chat")
    assert "0 个主题" in admin.get("/tags/site").text
    assert "1 个主题" in chief.get("/tags/site").text  # who reviews there reads there
    with app.app_context():
        assert figures.read("forum.threads") == 0  # one figure for everybody


def test_a_tags_feed_tells_no_more_than_its_page(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor
) -> None:
    tag = make(app, "会议精简")
    start(forum, cadre, tag, title="还在等审的标题", board="dajiatan")
    assert "还在等审的标题" not in cadre2.get(f"/feeds/tag/{tag}").text
    start(forum, cadre, tag, title="版块关起来以前的标题")
    assert "版块关起来以前的标题" in cadre2.get(f"/feeds/tag/{tag}").text
    close(app, "chat")
    assert "版块关起来以前的标题" not in cadre2.get(f"/feeds/tag/{tag}").text
    proposed = make(app, "还没有人同意的", "chat", accepted_at=None)
    for key in (proposed, 10**12, "x", "-1"):
        assert cadre2.get(f"/feeds/tag/{key}").status_code == 404, key


def test_the_one_posted_in_last_comes_first_page_by_page(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor
) -> None:
    tag = make(app, "会议精简")
    threads = [start(forum, cadre, tag, title=f"第 {n} 件事") for n in range(27)]
    forum.reply(cadre2, threads[0])
    page = cadre.get(f"/tags/{tag}").text
    listed = [int(one) for one in re.findall(r'<h2 class="row__title">.*?/threads/(\d+)"', page)]
    assert listed[:2] == [threads[0], threads[-1]]
    assert len(listed) == 25
    with counted(app) as seen:
        assert shows(cadre, f"/tags/{tag}?page=2", threads[1])
    assert len(seen) <= 6
    assert "这一页没有主题" in cadre.get(f"/tags/{tag}?page=9").text


def test_author_and_reviewer_choose_tags_later_and_nobody_else(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    one, two, foreign = make(app, "会议精简"), make(app, "台账"), make(app, "外版", "dajiatan")
    thread = start(forum, cadre, one)
    reply = forum.reply(cadre2, thread, "我也说。")
    url = f"/threads/{thread}/tags"
    assert cadre2.get(url).status_code == 403
    assert cadre2.post(url, {"tags": [str(two)]}).status_code == 403
    assert f'value="{one}"' in cadre.get(url).text
    assert f'value="{foreign}"' not in cadre.get(url).text
    chosen = {"tags": [str(two), str(foreign), "x", "99999999999999"]}
    assert cadre.post(url, chosen).status_code == 302
    assert not shows(cadre2, f"/tags/{one}", thread)
    assert shows(cadre2, f"/tags/{two}", thread)
    assert found(cadre2, f"tag={two}", forum.post(thread))
    work(app)  # the replies follow
    assert found(cadre2, f"tag={two}", reply)
    assert not found(cadre2, f"tag={one}", reply)
    with app.app_context():
        event = db.session.scalars(
            select(JournalEvent).order_by(JournalEvent.id.desc()).limit(1)
        ).one()
        assert (event.verb, event.facts) == ("tag", {"tags": f"{two}", "former": f"{one}"})
    more = [make(app, f"标签{n}") for n in range(5)]
    answer = moderator.post(url, {"tags": [str(id) for id in (two, *more)]})
    assert answer.status_code == 422
    assert "最多选 5 个标签" in answer.text


def test_only_who_answers_for_it_tends_a_tag(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    chief, far = forum.cast.visitor("chief_moderator"), forum.cast.visitor("moderator2")
    said = {"name": "吃饭", "name_en": "Meals", "description": "食堂和饭点", "once": "k1"}
    for stranger in (cadre, far):
        assert stranger.get("/forum/chat/tags").status_code == 403
        assert stranger.post("/forum/chat/tags", said).status_code == 403
    assert moderator.post("/tags/site", said).status_code == 403
    for _ in range(2):  # a second click makes no second tag
        assert moderator.post("/forum/chat/tags", said).status_code == 302
    tag = forum.newest(Tag)
    again = moderator.post("/forum/chat/tags", {**said, "once": "k2"})
    assert again.status_code == 422
    assert "已经有叫“吃饭”的标签了" in again.text
    assert moderator.post("/forum/chat/tags", {"name": "", "once": "k3"}).status_code == 422
    assert "食堂和饭点" in moderator.get("/forum/chat/tags").text
    assert far.post(f"/tags/{tag}/retire").status_code == 403
    assert moderator.post(f"/tags/{tag}/edit", {**said, "name": "食堂"}).status_code == 302
    thread = start(forum, cadre, tag)
    assert moderator.post(f"/tags/{tag}/retire").status_code == 302
    assert moderator.post(f"/tags/{tag}/retire").status_code == 409
    assert "食堂" not in cadre2.get("/forum/chat/new").text
    assert shows(cadre2, f"/tags/{tag}", thread)  # what bears it goes on bearing it
    assert "新的主题不再用它" in cadre2.get(f"/tags/{tag}").text
    assert moderator.post(f"/tags/{tag}/restore").status_code == 302
    assert "食堂" in cadre2.get("/forum/chat/new").text
    assert chief.post("/tags/site", {**said, "name": "全站的", "once": "k4"}).status_code == 302
    assert moderator.post(f"/tags/{forum.newest(Tag)}/retire").status_code == 403


def test_a_proposal_is_seen_by_reviewers_alone_until_it_is_accepted(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    words = {"proposed": "起名字 起名字 #另一个"}
    start(forum, cadre, **words)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Tag)) == 0  # not on this board
    assert cadre.post("/forum/chat/tags/propose").status_code == 403
    assert moderator.post("/forum/chat/tags/propose").status_code == 302
    thread = start(forum, cadre, title="现在可以提议了", **words)
    with app.app_context():
        tag = db.session.scalars(select(Tag.id).where(Tag.name == "起名字")).one()
    for reader in (cadre, cadre2):
        assert reader.get(f"/tags/{tag}").status_code == 404
        for url in ("/tags", "/forum/chat", f"/threads/{thread}", "/search", "/forum/chat/new"):
            assert "起名字" not in reader.get(url).text, url
    assert "起名字" in moderator.get("/forum/chat/tags").text
    assert moderator.post(f"/tags/{tag}/accept").status_code == 302
    assert moderator.post(f"/tags/{tag}/decline").status_code == 409
    assert shows(cadre2, f"/tags/{tag}", thread)
    assert "起名字" in cadre2.get(f"/threads/{thread}").text
    assert found(cadre2, f"tag={tag}", forum.post(thread))
    with app.app_context():
        other = db.session.scalars(select(Tag.id).where(Tag.name == "另一个")).one()
    assert moderator.post(f"/tags/{other}/decline").status_code == 302
    assert moderator.get(f"/tags/{other}").status_code == 404
    long = cadre.post(
        "/forum/chat/new", {"title": "长长的标题", "body": "正文。", "proposed": "长" * 21}
    )
    assert long.status_code == 422
    assert "一个标签最多 20 个字" in long.text


def test_merging_carries_threads_and_followers_over(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    old, new = make(app, "开会", "chat"), make(app, "会议精简")
    both, only = start(forum, cadre, old, new), start(forum, cadre, old, title="只有旧的")
    set_level(cadre2, f"/tags/{old}", "watch")
    set_level(cadre, f"/tags/{old}", "watch")
    set_level(cadre, f"/tags/{new}", "mute")
    assert moderator.post(f"/tags/{old}/merge", {"into": str(old)}).status_code == 422
    assert moderator.post(f"/tags/{old}/merge", {"into": str(new)}).status_code == 302
    assert cadre.get(f"/tags/{old}").location == f"/tags/{new}"
    for thread in (both, only):
        assert shows(cadre2, f"/tags/{new}", thread)
        assert found(cadre2, f"tag={new}", forum.post(thread))  # by the marks of both
    assert "开会" not in cadre2.get(f"/threads/{both}").text
    with app.app_context():
        rows = select(follows.Follow.person_id, follows.Follow.level)
        kept = dict(map(tuple, db.session.execute(rows.where(follows.Follow.kind == Tag.kind))))
        assert kept == {cast.id("cadre2"): "watch", cast.id("cadre"): "mute"}
    assert moderator.post(f"/tags/{old}/merge", {"into": str(new)}).status_code == 409


def test_who_watches_a_tag_hears_of_new_threads_alone(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    tag, other = make(app, "会议精简"), make(app, "灌水")
    delegate = cast.visitor("delegate")
    set_level(cadre2, f"/tags/{tag}", "watch")
    set_level(delegate, "/forum/dajiatan", "watch")
    set_level(delegate, f"/tags/{other}", "mute")
    thread = start(forum, cadre, tag, other, title="开会的事", board="dajiatan")
    work(app)
    assert told(app, cast, "cadre2") == []  # nobody hears of what waits
    forum.approve(moderator, forum.post(thread))
    work(app)
    assert "新主题：“开会的事”" in inbox(cadre2)
    assert told(app, cast, "delegate") == []  # the tag is nearer than the board
    forum.approve(moderator, forum.reply(cadre, thread))
    work(app)
    assert len(told(app, cast, "cadre2")) == 1
    assert "会议精简" in cadre2.get("/me/following").text


def test_the_nearest_level_with_tags(app: Flask, cast: Cast) -> None:
    author = cast.id("cadre2")
    places = (
        (Thread.kind, 7),
        (Person.kind, author),
        (Tag.kind, 1),
        (Tag.kind, 2),
        (Board.kind, 3),
    )
    for levels, hears in (
        ({2: "watch"}, True),
        ({2: "mute", 4: "watch"}, False),
        ({2: "watch", 4: "mute"}, True),
        ({2: "mute", 3: "watch"}, True),  # better once too often
        ({2: "watch", 1: "mute"}, False),
        ({2: "mute", 1: "watch"}, True),
        ({2: "mute", 0: "watch"}, True),
    ):
        with app.app_context():
            reader = cast.person("cadre")
            for index, level in levels.items():
                follows.choose(reader, *places[index], level)
            assert bool(follows.wants([reader.id], "follow", places)) is hears, levels
            db.session.rollback()


def test_a_muted_tag_steps_back_in_lists(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor
) -> None:
    one, two = make(app, "灌水"), make(app, "会议精简")
    start(forum, cadre, one, two, title="两个标签")
    set_level(cadre2, f"/tags/{one}", "mute")
    assert "row--quiet" in cadre2.get("/forum/chat").text
    assert "row--quiet" not in cadre.get("/forum/chat").text
    set_level(cadre2, f"/tags/{two}", "watch")
    assert "row--quiet" not in cadre2.get("/forum/chat").text
    set_level(cadre2, f"/tags/{two}", "normal")
    set_level(cadre2, f"/people/{forum.cast.id('cadre')}", "watch")
    assert "row--quiet" not in cadre2.get("/forum/chat").text


def test_a_moved_thread_leaves_its_boards_own_tags_behind(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    site, own = make(app, "会议精简"), make(app, "吃饭", "chat")
    thread = start(forum, cadre, site, own)
    move = {"board": str(board_id(app)), "why": "放错了地方"}
    assert moderator.post(f"/threads/{thread}/move", move).status_code == 302
    assert not shows(cadre2, f"/tags/{own}", thread)
    assert not found(cadre2, f"tag={own}", forum.post(thread))
    assert shows(cadre2, f"/forum/dajiatan?tag={site}", thread)
    into = forum.start(cadre, "留下的主题", board="chat")
    merge = {"into": str(into), "why": "同一件事。"}
    assert moderator.post(f"/threads/{thread}/merge", merge).status_code == 302
    assert not shows(cadre2, f"/tags/{site}", thread)


def test_ticked_tags_come_back_with_a_draft_and_a_preview(
    app: Flask, forum: Forum, cadre: Visitor
) -> None:
    one, two = make(app, "会议精简"), make(app, "台账")
    words = {"title": "写到一半", "body": "还没写完。", "tags": [str(two)]}
    assert cadre.post("/forum/chat/draft", words).status_code == 302
    for page in (cadre.get("/forum/chat/new").text, cadre.post("/forum/chat/preview", words).text):
        assert re.search(
            rf'<input checked id="tags-\d" name="tags" type="checkbox" value="{two}"', page
        )
        assert not re.search(rf'<input checked [^>]*value="{one}"', page)
