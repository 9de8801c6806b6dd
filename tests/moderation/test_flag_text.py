"""Readers flag a text: a few a day, one a version; enough of them hide it; everyone hears."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from core import clock, notices
from core.db import db
from core.search import SearchEntry
from forum.models import Board, Post
from moderation import flagging, flags
from moderation.flag import Flag
from moderation.models import QueueItem, Revision
from moderation.standing import usual_wait
from tests.boards import Forum
from tests.people import Cast, Visitor

FLAGGERS = ("cadre2", "delegate", "supervisor")
FLAG = {"reason": "abuse", "words": "第二句骂了人。"}
HIDE = {"reason": "abuse", "explanation": "话说重了，请对事不对人。"}
SECRET = "说得很重的话"


@pytest.fixture(autouse=True)
def three_hide(app: Flask) -> Iterator[None]:
    before = {name: app.config[name] for name in ("FLAGS_PER_DAY", "FLAGS_TO_HIDE")}
    app.config.update(FLAGS_PER_DAY=5, FLAGS_TO_HIDE=3)
    yield
    app.config.update(before)


@pytest.fixture
def readers(cast: Cast, forum: Forum) -> list[Visitor]:
    return [cast.visitor(name) for name in FLAGGERS]


@pytest.fixture
def thread(forum: Forum, cadre: Visitor) -> int:
    return forum.start(cadre, title="茶水间的一帖", body="大家都能看到。", board="chat")


@pytest.fixture
def post(forum: Forum, cadre: Visitor, thread: int) -> int:
    """A public reply of `cadre` that readers may flag."""
    return forum.reply(cadre, thread, SECRET)


def flag(reader: Visitor, post: int, **fields: str) -> TestResponse:
    return reader.post(f"/posts/{post}/flag", {**FLAG, **fields})


def flagged(readers: list[Visitor], post: int) -> None:
    for reader in readers:
        assert flag(reader, post).status_code == 302


def told(app: Flask, cast: Cast, username: str) -> list[str]:
    """What a person was told of flags, the newest last."""
    with app.test_request_context():
        found = notices.Notice.visible_to(cast.person(username)).order_by(notices.Notice.id)
        return [one.sentence for one in db.session.scalars(found)]


def states(app: Flask, post: int) -> tuple[list[str], str, list[str]]:
    """The states of a post's flags, of its newest version, and of its queue items."""
    with app.app_context():
        mine = db.select(Revision.id).where(
            Revision.subject_kind == Post.kind, Revision.subject_id == post
        )
        found = db.select(Flag.state).where(Flag.revision_id.in_(mine)).order_by(Flag.id)
        items = db.select(QueueItem.state).where(QueueItem.subject_id == post)
        latest = db.session.get_one(Post, post).latest_revision_id
        return (
            list(db.session.scalars(found)),
            db.session.get_one(Revision, latest).state,
            list(db.session.scalars(items.order_by(QueueItem.id))),
        )


# --- Flagging -----------------------------------------------------------------------------------


def test_every_reader_finds_the_way_and_hears_that_it_arrived(
    app: Flask, thread: int, post: int, cadre2: Visitor
) -> None:
    assert f"/posts/{post}/flag" in cadre2.get(f"/threads/{thread}").text
    page = cadre2.get(f"/posts/{post}/flag")
    assert page.status_code == 200
    assert SECRET in page.text
    answer = flag(cadre2, post)
    assert answer.status_code == 302
    page = cadre2.get(answer.location, follow_redirects=True).text
    assert "已收到你的举报" in page
    assert SECRET in page  # one flag hides nothing
    assert "等审核员看" in cadre2.get("/moderation/flags").text
    assert states(app, post) == (["open"], "published", ["open"])


def test_nobody_flags_an_own_text(thread: int, post: int, cadre: Visitor) -> None:
    assert f"/posts/{post}/flag" not in cadre.get(f"/threads/{thread}").text
    assert cadre.get(f"/posts/{post}/flag").status_code == 403
    assert flag(cadre, post).status_code == 403


def test_strangers_are_asked_to_sign_in(forum: Forum, cast: Cast, thread: int, post: int) -> None:
    with forum.app.app_context():
        db.session.execute(db.update(Board).values(read_who="everyone"))
        db.session.commit()
    stranger = cast.visitor()
    assert f"/posts/{post}/flag" not in stranger.get(f"/threads/{thread}").text
    assert "/login" in stranger.get(f"/posts/{post}/flag").location
    assert flag(stranger, post).status_code == 401


def test_what_one_may_not_read_one_may_not_flag(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    waiting = forum.post(forum.start(cadre))
    assert cadre2.get(f"/posts/{waiting}/flag").status_code == 404
    assert flag(cadre2, waiting).status_code == 404
    assert flag(moderator, waiting).status_code == 403
    assert states(app, waiting)[0] == []


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": ""}, "请选择一个原因。"),
        ({"reason": "because"}, "请选择一个原因。"),
        ({"reason": "other", "words": "  "}, "请写清楚哪里不合适。"),
        ({"words": "长" * 501}, "501"),
    ],
)
def test_a_flag_that_does_not_hold_keeps_what_was_typed(
    app: Flask, post: int, cadre2: Visitor, fields: dict[str, str], sentence: str
) -> None:
    answer = flag(cadre2, post, **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert fields.get("words", FLAG["words"]).strip() in answer.text
    assert states(app, post)[0] == []


def test_flagging_twice_makes_one_flag(app: Flask, post: int, cadre2: Visitor) -> None:
    flag(cadre2, post)
    answer = flag(cadre2, post, reason="secret")
    assert answer.status_code == 200
    assert "你已经举报过这一条" in answer.text
    assert states(app, post)[0] == ["open"]


def test_the_days_allowance_says_when_one_may_flag_again(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, thread: int, cadre2: Visitor
) -> None:
    posts = [forum.reply(cadre, thread, f"第 {n} 句。") for n in range(6)]
    app.config["FLAGS_PER_DAY"] = 2
    for post in posts[:2]:
        assert flag(cadre2, post).status_code == 302
    answer = flag(cadre2, posts[2])
    assert answer.status_code == 429
    with app.test_request_context():
        tomorrow = clock.start_of(clock.today() + timedelta(days=1))
        words = f"{(clock.today() + timedelta(days=1)).day}日 00:00"
    assert words in answer.text
    assert FLAG["words"] in answer.text
    assert words in cadre2.get(f"/posts/{posts[2]}/flag").text
    assert flag(cast.visitor("delegate"), posts[2]).status_code == 302
    with clock.travel(tomorrow):
        assert flag(cast.visitor("cadre2"), posts[2]).status_code == 302


# --- The queue ----------------------------------------------------------------------------------


def test_flags_join_one_item_that_shows_their_number_reasons_and_words(
    app: Flask, forum: Forum, cast: Cast, post: int, readers: list[Visitor], moderator: Visitor
) -> None:
    flag(readers[0], post)
    flag(readers[1], post, reason="secret", words="名单还没有公布。")
    assert len(states(app, post)[2]) == 1
    queue = moderator.get("/moderation").text
    assert "2 次举报" in queue
    assert "2 次举报" in moderator.get("/moderation?reason=flagged").text
    assert "2 次举报" not in moderator.get("/moderation?reason=edited").text
    page = moderator.get(f"/moderation/{forum.item(post)}").text
    for words in (
        "第二句骂了人。",
        "名单还没有公布。",
        "人身攻击",
        "涉密",
        "cadre2同志",
        "delegate同志",
    ):
        assert words in page
    assert f"/moderation/{forum.item(post)}/harmless" in page
    assert f"/moderation/{forum.item(post)}/approve" not in page


def test_flags_on_what_was_published_stand_beside_the_edit_that_waits(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    """Two versions, two items: each is decided for itself."""
    post = forum.post(forum.published(cadre, moderator, body="公开的话。"))
    cadre.post(f"/posts/{post}/edit", {"title": "一个像样的标题", "body": "等审的话。"})
    edited = forum.item(post)
    flag(cadre2, post)
    item = forum.item(post)
    assert item != edited
    page = moderator.get(f"/moderation/{item}").text
    assert "公开的话。" in page
    assert "等审的话。" not in page
    answer = moderator.post(f"/moderation/{item}/harmless", {"revision": version(app, item)})
    assert answer.status_code == 302
    assert states(app, post) == (["harmless"], "pending", ["decided", "open", "decided"])


def version(app: Flask, item: int) -> str:
    with app.app_context():
        return str(db.session.get_one(QueueItem, item).revision_id)


def test_flaggers_are_known_to_reviewers_alone(
    app: Flask,
    forum: Forum,
    cast: Cast,
    thread: int,
    post: int,
    cadre: Visitor,
    readers: list[Visitor],
    moderator: Visitor,
) -> None:
    flagged(readers, post)
    item = forum.item(post)
    before = _all_of(cadre, thread, post, item)
    forum.decide(moderator, "hide", post, **HIDE)
    for page in (before, _all_of(cadre, thread, post, item)):
        assert "人身攻击" in page
        assert "第二句骂了人" not in page
        for name in FLAGGERS:
            assert f"{name}同志" not in page
    log = cadre.get("/moderation/log").text
    assert "举报" in log
    assert "已隐藏" in log


def _all_of(visitor: Visitor, thread: int, post: int, item: int) -> str:
    paths = (f"/threads/{thread}", f"/posts/{post}/history", "/moderation/log", "/notices", "/")
    return "".join(
        visitor.get(path, follow_redirects=True).text
        for path in (*paths, f"/moderation/{item}", f"/posts/{post}/edit", f"/posts/{post}/appeal")
    )


def test_a_reviewer_who_wrote_it_does_not_learn_who_flagged(
    forum: Forum, cast: Cast, moderator: Visitor, cadre2: Visitor
) -> None:
    post = forum.post(forum.start(moderator, board="chat"))
    flag(cadre2, post)
    page = moderator.get(f"/moderation/{forum.item(post)}").text
    assert "cadre2同志" not in page
    assert FLAG["words"] not in page
    assert forum.decide(moderator, "harmless", post).status_code == 403
    page = cast.visitor("chief_moderator").get(f"/moderation/{forum.item(post)}").text
    assert "cadre2同志" in page


def test_nobody_decides_on_an_own_flag(
    app: Flask, forum: Forum, post: int, moderator: Visitor, chief: Visitor
) -> None:
    assert flag(moderator, post).status_code == 302
    for verb in ("harmless", "hide"):
        answer = forum.decide(moderator, verb, post, **HIDE)
        assert answer.status_code == 409
        assert "你举报过这一条" in answer.text
    assert moderator.post(f"/posts/{post}/hide", HIDE).status_code == 409
    assert states(app, post) == (["open"], "published", ["open"])
    assert forum.decide(chief, "harmless", post).status_code == 302


def test_everyone_finds_the_own_flags_and_no_others(
    app: Flask,
    forum: Forum,
    cadre: Visitor,
    thread: int,
    readers: list[Visitor],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(flagging, "PAGE", 2)
    for n in range(3):
        flag(readers[0], forum.reply(cadre, thread, f"第 {n} 句。"), words=f"我的第 {n} 次举报")
    flag(readers[1], forum.post(thread), words="别人的举报")
    first = readers[0].get("/moderation/flags").text
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward is not None
    second = readers[0].get(onward[1]).text
    for n, page in ((2, first), (1, first), (0, second)):
        assert f"我的第 {n} 次举报" in page
    assert 'rel="next"' not in second
    assert "别人的举报" not in first + second
    assert "你还没有举报过" in cadre.get("/moderation/flags").text


def test_flags_do_not_count_in_the_usual_wait(
    app: Flask, forum: Forum, post: int, cadre2: Visitor, moderator: Visitor
) -> None:
    flag(cadre2, post)
    forum.decide(moderator, "harmless", post)
    with app.app_context():
        assert usual_wait("forum:chat") is None


# --- Hidden until reviewed ----------------------------------------------------------------------


def test_enough_flags_hide_a_text_until_it_is_reviewed(
    app: Flask,
    forum: Forum,
    cast: Cast,
    thread: int,
    post: int,
    cadre: Visitor,
    readers: list[Visitor],
) -> None:
    flagged(readers[:2], post)
    assert states(app, post)[1] == "published"
    before = forum.thread(thread)
    assert flag(readers[2], post).status_code == 302
    assert states(app, post) == (["open"] * 3, "suspended", ["open"])
    for visitor in (*readers, cast.visitor("leader")):
        page = visitor.get(f"/threads/{thread}").text
        assert SECRET not in page
        assert "审核员看过以前先不显示" in page
        assert 'id="post-2"' in page
        assert f"/posts/{post}/flag" not in page
        assert visitor.get(f"/posts/{post}").status_code == 404
        assert visitor.get(f"/posts/{post}/flag").status_code == 404
        quoting = visitor.get(f"/threads/{thread}?quote=2").text
        assert SECRET not in quoting
        assert "#2\n" not in quoting
    with app.app_context():
        entries = db.select(SearchEntry).where(SearchEntry.subject_id == str(post))
        assert db.session.scalars(entries).all() == []
    after = forum.thread(thread)
    assert (before.post_count, after.post_count) == (2, 1)
    assert (before.last_number, after.last_number) == (2, 1)

    page = cadre.get(f"/threads/{thread}").text
    assert SECRET in page
    assert "几位同志举报了这一条" in page
    assert "人身攻击" in page
    assert any("先收起来" in one for one in told(app, cast, "cadre"))


def test_a_suspended_opening_post_hides_its_thread_but_not_that_it_is_under_review(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, readers: list[Visitor], cast: Cast
) -> None:
    thread = forum.start(cadre, title="不该这样起的标题", body=SECRET, board="chat")
    forum.reply(cadre2, thread, "跟着说的一句。")
    flagged(readers, forum.post(thread))
    for name in ("cadre2", "leader", "admin"):
        reader = cast.visitor(name)
        page = reader.get(f"/threads/{thread}")
        assert page.status_code == 200
        assert "这个主题正在复核" in page.text
        for words in ("不该这样起的标题", SECRET, "跟着说的一句"):
            assert words not in page.text
        for path in ("/forum/chat", "/forum", "/", "/search?q=不该这样"):
            page = re.sub("<[^>]*>", "", reader.get(path).text.replace('value="不该这样"', ""))
            assert "不该这样起" not in page
        assert reader.get(f"/threads/{thread}/reply").status_code == 403
        assert reader.post(f"/threads/{thread}/reply", {"body": "再说一句。"}).status_code == 403
    assert "不该这样起的标题" in cadre.get("/forum/chat").text
    assert "不该这样起的标题" in cadre.get(f"/threads/{thread}").text
    with app.app_context():
        assert db.session.scalar(db.select(Board.thread_count).where(Board.slug == "chat")) == 0
        assert db.session.scalar(db.select(db.func.count(SearchEntry.id))) == 0


def test_found_harmless_it_stands_again_as_it_stood(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, readers: list[Visitor], moderator: Visitor
) -> None:
    thread = forum.start(cadre, title="原样回来的一帖", body=SECRET, board="chat")
    post = forum.post(thread)
    reply = forum.reply(readers[0], thread, "跟着说的一句。")
    before = forum.thread(thread)
    flagged(readers, post)
    assert forum.thread(thread).published_at is None
    assert forum.decide(moderator, "harmless", post).status_code == 302
    after = forum.thread(thread)
    for part in ("post_count", "last_number", "last_post_at", "published_at", "title"):
        assert getattr(after, part) == getattr(before, part), part
    page = readers[0].get(f"/threads/{thread}").text
    assert SECRET in page
    assert "跟着说的一句" in page
    with app.app_context():
        found = {entry.subject_id for entry in db.session.scalars(db.select(SearchEntry))}
        assert found == {str(post), str(reply)}
        assert db.session.scalar(db.select(Board.thread_count).where(Board.slug == "chat")) == 1
    assert states(app, post) == (["harmless"] * 3, "published", ["decided"])
    for name in FLAGGERS:
        assert "没有发现问题" in told(app, cast, name)[-1]
    assert "已恢复原样" in told(app, cast, "cadre")[-1]


def test_found_harmless_before_it_was_hidden_its_author_hears_nothing(
    app: Flask, forum: Forum, cast: Cast, post: int, cadre2: Visitor, moderator: Visitor
) -> None:
    flag(cadre2, post)
    forum.decide(moderator, "harmless", post)
    assert told(app, cast, "cadre") == []
    assert len(told(app, cast, "cadre2")) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_hidden_by_a_reviewer_its_author_may_appeal(
    app: Flask,
    forum: Forum,
    cast: Cast,
    thread: int,
    post: int,
    cadre: Visitor,
    readers: list[Visitor],
    moderator: Visitor,
    chief: Visitor,
    count: int,
) -> None:
    before = forum.thread(thread)
    flagged(readers[:count], post)
    assert forum.decide(moderator, "hide", post, explanation="没有原因").status_code == 422
    assert forum.decide(moderator, "hide", post, **HIDE).status_code == 302
    assert states(app, post) == (["confirmed"] * count, "hidden", ["decided"])
    page = readers[0].get(f"/threads/{thread}").text
    assert SECRET not in page
    assert "先不显示" not in page
    page = cadre.get(f"/threads/{thread}").text
    assert "对事不对人" in page
    assert f"/posts/{post}/appeal" in page
    for name in FLAGGERS[:count]:
        assert "确有问题" in told(app, cast, name)[-1]
    cadre.post(f"/posts/{post}/appeal", {"explanation": "说的是事，不是人。"})
    assert forum.decide(chief, "overturn", post, explanation="的确是对事。").status_code == 302
    assert SECRET in readers[0].get(f"/threads/{thread}").text
    assert forum.thread(thread).post_count == before.post_count
    assert flag(cast.visitor("leader"), post).status_code == 409  # somebody has looked at it


def test_hiding_on_the_spot_decides_the_flags_too(
    app: Flask, forum: Forum, cast: Cast, post: int, cadre2: Visitor, moderator: Visitor
) -> None:
    flag(cadre2, post)
    assert moderator.post(f"/posts/{post}/hide", HIDE).status_code == 302
    assert states(app, post) == (["confirmed"], "hidden", ["decided"])
    assert "确有问题" in told(app, cast, "cadre2")[-1]


# --- A verdict holds until the text changes -----------------------------------------------------


def test_a_harmless_verdict_holds_until_the_text_changes(
    app: Flask,
    forum: Forum,
    cast: Cast,
    post: int,
    cadre: Visitor,
    readers: list[Visitor],
    moderator: Visitor,
) -> None:
    flag(readers[0], post)
    forum.decide(moderator, "harmless", post)
    for reader in readers:
        page = reader.get(f"/posts/{post}/flag")
        assert page.status_code == 200
        assert "审核员看过了" in page.text
        with app.test_request_context():
            assert f"{clock.today().day}日" in page.text
        answer = flag(reader, post)
        assert answer.status_code == 409
        assert "没有发现问题" in answer.text
    assert states(app, post) == (["harmless"], "published", ["decided"])
    cadre.post(f"/posts/{post}/edit", {"body": "改过的话。"})
    assert flag(readers[0], post).status_code == 302
    assert states(app, post) == (["harmless", "open"], "published", ["decided", "open"])


# --- The author acts meanwhile ------------------------------------------------------------------


def test_an_edit_that_is_public_at_once_ends_the_flags_and_stays_in_the_queue(
    app: Flask,
    forum: Forum,
    cast: Cast,
    post: int,
    cadre: Visitor,
    cadre2: Visitor,
    moderator: Visitor,
) -> None:
    """A change of one letter is no way out of the queue."""
    flag(cadre2, post)
    item = forum.item(post)
    cadre.post(f"/posts/{post}/edit", {"body": "改过的话。"})
    assert states(app, post) == (["replaced"], "published", ["open"])
    assert "作者已经改过" in told(app, cast, "cadre2")[-1]
    page = moderator.get(f"/moderation/{item}").text
    assert "改过的话。" in page
    assert FLAG["words"] in page
    assert forum.decide(moderator, "harmless", post).status_code == 302
    assert len(told(app, cast, "cadre2")) == 1


def test_an_approved_edit_ends_the_flags_on_the_version_before(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.published(cadre, moderator))
    flag(cadre2, post)
    item = forum.item(post)
    cadre.post(f"/posts/{post}/edit", {"title": "一个像样的标题", "body": "改过的话。"})
    assert states(app, post) == (["open"], "pending", ["decided", "open", "open"])
    forum.approve(moderator, post)
    assert states(app, post) == (["replaced"], "published", ["decided", "lapsed", "decided"])
    assert "作者已经改过" in told(app, cast, "cadre2")[-1]
    assert "不用再审" in moderator.get(f"/moderation/{item}").text


@pytest.mark.parametrize("board", ["chat", "dajiatan"])
def test_an_edit_of_a_suspended_text_waits_for_a_reviewer_on_every_board(
    app: Flask,
    forum: Forum,
    cast: Cast,
    cadre: Visitor,
    readers: list[Visitor],
    moderator: Visitor,
    board: str,
) -> None:
    thread = forum.published(cadre, moderator, board=board, title="改了再来的一帖", body=SECRET)
    post = forum.post(thread)
    flagged(readers, post)
    words = {"title": "改了再来的一帖", "body": "改过的话。"}
    assert cadre.post(f"/posts/{post}/edit", words).status_code == 302
    assert states(app, post)[:2] == (["replaced"] * 3, "pending")
    assert readers[0].get(f"/threads/{thread}").status_code == 404
    forum.approve(moderator, post)
    assert "改过的话。" in readers[0].get(f"/threads/{thread}").text
    assert SECRET not in readers[0].get(f"/posts/{post}/history").text
    assert SECRET in cadre.get(f"/posts/{post}/history").text
    for name in FLAGGERS:
        assert len(told(app, cast, name)) == 1


def test_withdrawn_while_suspended_it_is_its_authors_alone_and_comes_back_through_review(
    app: Flask,
    forum: Forum,
    cast: Cast,
    thread: int,
    post: int,
    cadre: Visitor,
    readers: list[Visitor],
    moderator: Visitor,
) -> None:
    flagged(readers, post)
    item = forum.item(post)
    assert cadre.post(f"/posts/{post}/withdraw").status_code == 302
    assert states(app, post) == (["withdrawn"] * 3, "withdrawn", ["withdrawn"])
    for name in FLAGGERS:
        assert "自己撤回了" in told(app, cast, name)[-1]
    assert SECRET not in moderator.get(f"/moderation/{item}").text
    page = readers[0].get(f"/threads/{thread}").text
    assert SECRET not in page
    assert "先不显示" not in page
    cadre.post(f"/posts/{post}/edit", {"body": f"又来一次{SECRET}"})
    assert states(app, post)[1] == "pending"
    assert SECRET not in readers[0].get(f"/threads/{thread}").text


def test_what_a_reviewer_hid_comes_back_through_review_on_every_board(
    app: Flask,
    forum: Forum,
    thread: int,
    post: int,
    cadre: Visitor,
    cadre2: Visitor,
    moderator: Visitor,
) -> None:
    """Not by appealing, withdrawing the appeal, and handing the same in again."""
    moderator.post(f"/posts/{post}/hide", HIDE)
    cadre.post(f"/posts/{post}/appeal", {"explanation": "说的是事，不是人。"})
    cadre.post(f"/posts/{post}/withdraw")
    cadre.post(f"/posts/{post}/edit", {"body": f"又来一次{SECRET}"})
    assert states(app, post)[1] == "pending"
    assert SECRET not in cadre2.get(f"/threads/{thread}").text


def test_an_older_edit_approved_while_the_text_is_suspended(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, readers: list[Visitor], moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator, body=SECRET)
    post = forum.post(thread)
    cadre.post(f"/posts/{post}/edit", {"title": "一个像样的标题", "body": "收敛些的话。"})
    edited = forum.item(post)
    flagged(readers, post)
    assert states(app, post)[:2] == (["open"] * 3, "pending")
    assert "这个主题正在复核" in readers[0].get(f"/threads/{thread}").text
    answer = moderator.post(f"/moderation/{edited}/approve", {"revision": version(app, edited)})
    assert answer.status_code == 302
    page = readers[0].get(f"/threads/{thread}").text
    assert "收敛些的话" in page
    assert SECRET not in page
    assert SECRET not in readers[0].get(f"/posts/{post}/history").text
    assert states(app, post) == (["replaced"] * 3, "published", ["decided", "decided", "lapsed"])
    assert forum.thread(thread).post_count == 1


def test_an_edit_withdrawn_while_the_text_is_suspended_leaves_it_under_review(
    app: Flask, forum: Forum, cadre: Visitor, readers: list[Visitor], moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator, body=SECRET)
    post = forum.post(thread)
    cadre.post(f"/posts/{post}/edit", {"title": "一个像样的标题", "body": "收敛些的话。"})
    flagged(readers, post)
    assert cadre.post(f"/posts/{post}/withdraw").status_code == 302
    assert states(app, post) == (["open"] * 3, "suspended", ["decided", "withdrawn", "open"])
    assert SECRET in moderator.get(f"/threads/{thread}").text
    assert forum.decide(moderator, "harmless", post).status_code == 302
    assert SECRET in readers[0].get(f"/threads/{thread}").text


# --- Weight -------------------------------------------------------------------------------------


def test_weight_falls_with_flags_found_harmless_and_never_to_nothing() -> None:
    assert [flags.weight(n, 0) for n in range(4)] == [100, 100, 100, 80]
    assert flags.weight(6, 0) == 50
    assert flags.weight(6, 4) == 100
    assert flags.weight(0, 50) == 100
    found = [flags.weight(n, 0) for n in range(100)]
    assert found == sorted(found, reverse=True)
    assert found[-1] > 0


def test_flags_of_somebody_who_was_often_wrong_weigh_less_for_a_time(
    app: Flask,
    forum: Forum,
    cast: Cast,
    cadre: Visitor,
    thread: int,
    post: int,
    readers: list[Visitor],
    moderator: Visitor,
) -> None:
    app.config["FLAGS_PER_DAY"] = 100
    for n in range(3):
        other = forum.reply(cadre, thread, f"第 {n} 句。")
        flag(readers[0], other)
        forum.decide(moderator, "harmless", other)
    flagged(readers, post)
    assert states(app, post)[1] == "published"
    assert flag(cast.visitor("leader"), post).status_code == 302
    assert states(app, post)[1] == "suspended"
    with app.app_context():
        person = cast.id("cadre2")
        assert flags.weights({person}) == {person: 80}
        with clock.travel(clock.now() + flags.MEMORY + timedelta(days=1)):
            assert flags.weights({person}) == {person: 100}
