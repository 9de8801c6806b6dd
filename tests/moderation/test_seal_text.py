"""The emergency: one act takes a text out of everything, keeps a copy under seal, tells the chief."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock, journal
from core.db import db
from forum.models import Board, Post, Thread
from moderation.inquiries import Inquiry
from moderation.models import Decision, QueueItem, Revision
from moderation.months import Month
from moderation.purging import Hold
from moderation.report import report
from moderation.seal import Seal, SealOpening
from tests.boards import Forum
from tests.conftest import counted
from tests.moderation.test_parallel_decisions import at_once, browsers
from tests.moderation.test_purge_words import everything
from tests.people import Cast, Visitor

SECRET = "秘密代号银杏"
WHY = "里面可能有涉密内容。"
SEAL = {"explanation": WHY, "sure": "y"}
STATES = (
    *("pending", "returned", "rejected", "published", "edited", "hidden", "suspended"),
    *("appealed", "upheld", "withdrawn", "amended"),
)


def make(forum: Forum, cast: Cast, state: str, title: str = f"标题{SECRET}") -> int:
    """An opening post in a state; in each, all that anybody says of it repeats the secret."""
    author, reviewer = cast.visitor("cadre"), cast.visitor("moderator")
    board = "chat" if state in ("hidden", "suspended") else "dajiatan"
    post = forum.post(forum.start(author, title, f"正文{SECRET}。", board))
    why = {"reason": "other", "explanation": f"不合适：{SECRET}。"}
    if state == "returned":
        words = {"explanation": why["explanation"], "remark-1": f"这一段{SECRET}"}
        url = f"/moderation/{forum.item(post)}/remarks"
        reviewer.post(url, {"revision": str(forum.latest(post)), **words})
    elif state in ("rejected", "appealed", "upheld"):
        forum.decide(reviewer, "reject", post, **why)
        if state != "rejected":
            author.post(f"/posts/{post}/appeal", {"explanation": f"我认为{SECRET}合适。"})
        if state == "upheld":
            forum.decide(cast.visitor("chief_moderator"), "uphold", post, **why)
    elif state in ("published", "edited"):
        item, chief = forum.item(post), cast.visitor("chief_moderator")
        if state == "edited":
            reviewer.post(f"/moderation/{item}/escalate", why)
        else:
            reviewer.post(f"/moderation/{item}/claim")
            chief.post(f"/moderation/{item}/take-over", {"reason": f"里面有{SECRET}"})
        forum.approve(chief, post)
        if state == "edited":
            words = {"title": f"又一个{SECRET}", "body": f"改成{SECRET}。"}
            author.post(f"/posts/{post}/edit", words)
    elif state == "hidden":
        reviewer.post(f"/posts/{post}/hide", why)
    elif state == "suspended":
        for name in ("cadre2", "delegate", "supervisor"):
            words = {"reason": "other", "words": f"写了{SECRET}"}
            cast.visitor(name).post(f"/posts/{post}/flag", words)
    elif state == "withdrawn":
        author.post(f"/posts/{post}/withdraw")
    elif state == "amended":
        words = {"title": f"改过的{SECRET}", "body": f"还有{SECRET}。", "explanation": "改了。"}
        forum.decide(reviewer, "amend", post, **words)
    return post


def seal(reviewer: Visitor, forum: Forum, post: int, **words: str) -> Any:
    return reviewer.post(f"/moderation/{forum.item(post)}/seal", {**SEAL, **words})


def rows(app: Flask, *apart: str) -> dict[str, list[Any]]:
    """Every row of the tables in which a text lives, without what counts its changes."""
    found: dict[str, list[Any]] = {}
    with app.app_context():
        for table in (
            *(Revision, QueueItem, Decision, Post, Thread, Board),
            *(db.metadata.tables[one] for one in ("remarks", "notices", "flags", "copy_marks")),
        ):
            there = getattr(table, "__table__", table)
            columns = [one for one in there.c if one.name not in ("version", *apart)]
            statement = sa.select(*columns).order_by(*there.primary_key.columns)
            found[there.name] = [tuple(row) for row in db.session.execute(statement)]
        indexed = sa.text("SELECT kind, subject_id, title, body FROM search_entries ORDER BY 1, 2")
        found["search"] = [tuple(row) for row in db.session.execute(indexed)]
    return found


@pytest.mark.parametrize("state", STATES)
def test_sealed_words_are_nowhere_and_come_back_word_for_word(
    app: Flask, forum: Forum, cast: Cast, moderator: Visitor, chief: Visitor, state: str
) -> None:
    post = make(forum, cast, state)
    before = rows(app, "due_at")
    assert SECRET in everything(app)
    assert seal(moderator, forum, post).status_code == 302
    assert SECRET not in everything(app)
    with app.app_context():
        assert not list(journal.verify())
        states = set(db.session.scalars(sa.select(Revision.state)))
        waiting = sa.select(sa.func.count()).where(QueueItem.closed_at.is_(None))
        assert (states, db.session.scalar(waiting)) == ({"sealed"}, 0)
        number = db.session.scalars(sa.select(Seal.id)).one()
    back = chief.post(f"/moderation/seals/{number}/unseal", {"explanation": "没有涉密。"})
    assert back.status_code == 302
    after = rows(app, "due_at")
    for name in ("posts", "threads", "boards", "search", "revisions", "remarks", "copy_marks"):
        assert after[name] == before[name], name
    for name in ("queue_items", "decisions", "notices"):  # the act itself stays
        assert after[name][: len(before[name])] == before[name] or state == "suspended", name
    with app.app_context():
        assert not list(journal.verify())
        kept = db.session.scalars(sa.select(Seal)).one()
        assert (kept.copy, kept.state) == ("", "unsealed")
        assert db.session.scalars(sa.select(Hold.state)).one() == "lifted"


@pytest.mark.parametrize("state", ["edited", "suspended"])
def test_no_page_shows_sealed_words_to_anybody(
    app: Flask, forum: Forum, cast: Cast, moderator: Visitor, state: str
) -> None:
    post = make(forum, cast, state)
    assert seal(moderator, forum, post).status_code == 302
    number = number_of(app)
    item, thread = forum.item(post), forum.thread_of(post)
    pages = (
        *("/", "/forum", "/forum/dajiatan", "/forum/chat", f"/search?q={SECRET[:-1]}", "/notices"),
        *(f"/threads/{thread}", f"/posts/{post}", f"/posts/{post}/history", f"/posts/{post}/edit"),
        *("/moderation", "/moderation?decided=1", "/moderation/log", f"/moderation/{item}"),
        *(f"/moderation/log/{item}", f"/moderation/{item}/seal", "/moderation/seals"),
        *(f"/moderation/seals/{number}", "/moderation/flags", "/moderation/purges"),
    )
    for who in (None, "cadre", "cadre2", "moderator", "chief_moderator", "admin"):
        visitor = cast.visitor(who)
        for path in pages:
            answer = visitor.get(path, follow_redirects=True)
            assert SECRET not in re.sub("<[^>]*>", "", answer.text), (who, path)
            assert answer.status_code < 500, (who, path)


@pytest.fixture
def public(forum: Forum, cast: Cast) -> int:
    return make(forum, cast, "published")


def number_of(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(sa.select(Seal.id)).one()


def test_a_chief_opens_the_copy_with_a_reason_and_nobody_else_does(
    app: Flask, forum: Forum, cast: Cast, public: int, moderator: Visitor, chief: Visitor
) -> None:
    seal(moderator, forum, public)
    number = number_of(app)
    page = f"/moderation/seals/{number}"
    for name in ("cadre", "moderator", "moderator2", "admin", "unit_admin"):
        visitor = cast.visitor(name)
        assert visitor.get(page).status_code == 404
        assert visitor.post(f"{page}/open", {"reason": "想看看"}).status_code == 404
        assert visitor.post(f"{page}/unseal", {"explanation": "想看看"}).status_code == 404
    assert "刚刚被紧急封存" in chief.get("/notices").text
    assert chief.post(f"{page}/open", {"reason": " "}).status_code == 422
    opened = chief.post(f"{page}/open", {"reason": "核实密级。"})
    assert opened.status_code == 200
    assert f"标题{SECRET}" in opened.text
    assert f"正文{SECRET}" in opened.text
    assert opened.headers["Cache-Control"] == "no-store"
    again = chief.get(page).text
    assert SECRET not in again
    assert "核实密级。" in again
    with app.app_context():
        opening = db.session.scalars(sa.select(SealOpening)).one()
        events = journal.history("moderation:seal", number)
        assert [one.verb for one in events] == ["seal", "open"]
        assert events[1].facts["opening"] == opening.id
        assert events[1].actor_id == cast.id("chief_moderator")


def test_the_author_reads_why_and_may_object_to_somebody_else(
    app: Flask, forum: Forum, cast: Cast, public: int, cadre: Visitor, chief: Visitor
) -> None:
    assert seal(chief, forum, public).status_code == 302
    page = cadre.get(f"/posts/{public}", follow_redirects=True).text
    assert WHY in page
    assert "总审核员认为" in page
    with app.app_context():
        entry = db.session.scalars(sa.select(Decision.id).where(Decision.verb == "seal")).one()
    assert f"/moderation/log/{entry}" in page
    cadre.post(f"/moderation/log/{entry}/ask", {"body": "里面没有涉密内容。"})
    with app.app_context():
        asked = db.session.scalars(sa.select(Inquiry.id)).one()
    inquiry = f"/moderation/inquiries/{asked}/answer"
    assert chief.post(inquiry, {"answer": "维持。"}).status_code == 403
    assert f"{inquiry}" not in chief.get(f"/moderation/log/{entry}").text
    with app.app_context():
        from accounts.models import Membership

        cast.person("moderator2")
        other = db.session.scalars(
            sa.select(Membership).where(Membership.person_id == cast.id("moderator2"))
        ).one()
        other.role, other.unit_id = "chief_moderator", cast.unit_id("region")
        db.session.commit()
    assert cast.visitor("moderator2").post(inquiry, {"answer": "维持。"}).status_code == 302


def test_who_may_seal(
    app: Flask, forum: Forum, cast: Cast, public: int, cadre: Visitor, moderator: Visitor
) -> None:
    """A reviewer of the unit; nobody an own text; not without a reason, nor without saying so."""
    assert seal(cadre, forum, public).status_code == 404
    assert seal(cast.visitor("moderator2"), forum, public).status_code == 404
    assert cadre.post(f"/posts/{public}/seal", SEAL).status_code == 403
    assert seal(moderator, forum, public, explanation=" ").status_code == 422
    assert seal(moderator, forum, public, sure="").status_code == 422
    own = forum.post(forum.start(moderator, "审核员写的"))
    assert seal(moderator, forum, own).status_code == 403
    assert moderator.post(f"/posts/{own}/seal", SEAL).status_code == 403
    for page in (f"/moderation/{forum.item(own)}/seal", f"/posts/{own}/seal"):
        assert moderator.get(page).status_code == 403, page
    assert seal(cast.visitor("chief_moderator"), forum, own).status_code == 302
    assert moderator.post(f"/posts/{public}/seal", SEAL).status_code == 302
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Seal.id))) == 2


def test_a_sealed_text_takes_nothing_more(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    post = make(forum, cast, "edited")
    item, revision = forum.item(post), str(forum.latest(post))
    moderator.post(f"/moderation/{item}/claim")
    assert seal(chief, forum, post).status_code == 302  # whoever is at it
    words = {"revision": revision, "explanation": "我刚写好的话"}
    late = moderator.post(f"/moderation/{item}/return", words)
    assert late.status_code == 409
    assert "我刚写好的话" in late.text
    assert "已紧急封存" in late.text
    assert "chief_moderator同志" in late.text
    edit = {"title": "改过的标题", "body": "我刚写好的话\n还有一行"}
    answer = cadre.post(f"/posts/{post}/edit", edit, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 409
    assert "我刚写好的话" in answer.text
    for verb in ("withdraw", "appeal", "hide", "redact", "flag", "accept", "revert"):
        for visitor in (cadre, moderator, cast.visitor("cadre2")):
            fields = {"explanation": "为什么不", "reason": "other", "words": "因为"}
            assert visitor.post(f"/posts/{post}/{verb}", fields).status_code in (403, 404, 409)
    for verb in ("hold", "lift", "purge", "undo"):
        refused = chief.post(f"/moderation/{item}/{verb}", {"explanation": "为什么不"})
        assert refused.status_code == 409
    assert "要由总审核员解除封存" in refused.text
    with app.app_context():
        assert set(db.session.scalars(sa.select(Revision.state))) == {"sealed"}
        assert db.session.scalars(sa.select(Hold.state)).one() == "placed"


def test_a_sealed_reply_leaves_its_place_and_quotes_are_named(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    thread = forum.published(cadre, moderator, board="chat", title="茶水间的一帖")
    reply = forum.reply(cadre, thread, f"听说那件事叫{SECRET}呢")
    quoting = forum.reply(cast.visitor("cadre2"), thread, f"> 听说那件事叫{SECRET}呢\n\n真的？")
    elsewhere = forum.start(cast.visitor("cadre2"), "另外的一帖", f"听说那件事叫{SECRET}呢", "chat")
    plain = forum.reply(cadre, thread, "不相干的一句。")
    done = moderator.post(f"/posts/{reply}/seal", SEAL)
    assert done.status_code == 200
    for one in (quoting, forum.post(elsewhere)):
        assert f"/posts/{one}/seal" in done.text
    assert f"/posts/{plain}/seal" not in done.text
    assert SECRET not in done.text
    for who in ("cadre2", "moderator"):
        page = cast.visitor(who).get(f"/threads/{thread}").text
        assert "此处内容已紧急封存" in page
        assert 'id="post-2"' in page
        assert "真的？" in page
    assert forum.thread(thread).post_count == 3
    for one in (quoting, forum.post(elsewhere)):
        moderator.post(f"/posts/{one}/seal", SEAL)
    assert SECRET not in everything(app)


def sent_along(page: str) -> list[str]:
    """What the form offers to seal along with a text, all of it checked."""
    return re.findall(r'name="also" value="(\d+)" checked', page)


LONG = f"这一句话很长，长到引用的时候一定会在句子的中间断开，{'说来话长，' * 30}而且里面有{SECRET}"


@pytest.mark.parametrize("said", [f"听说那件事叫{SECRET}呢。后来呢？", "银杏。", LONG])
def test_one_act_takes_the_quotes_along(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor, said: str
) -> None:
    thread = forum.published(cadre, moderator, board="chat", title="茶水间的一帖")
    reply = forum.reply(cadre, thread, said)
    reader = cast.visitor("cadre2")
    box = reader.get(f"/threads/{thread}?quote=2").text
    quoted = unescape(re.findall(r"<textarea[^>]*>\n?(.*?)</textarea>", box, re.DOTALL)[0])
    assert quoted.startswith("> cadre同志 #2")
    quoting = forum.reply(reader, thread, f"{quoted}真的？")
    plain = forum.reply(reader, thread, "不相干的一句。")
    page = moderator.get(f"/posts/{reply}/seal").text
    assert sent_along(page) == [str(quoting)]
    done = moderator.post(f"/posts/{reply}/seal", {**SEAL, "also": sent_along(page)})
    assert done.status_code == 302
    assert said[:6] not in everything(app)
    text = reader.get(f"/threads/{thread}").text
    assert text.count("此处内容已紧急封存") == 1  # the reader's own tells more
    assert "不相干的一句" in text
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Seal.id))) == 2
    assert plain


def test_a_part_of_a_sentence_is_found_elsewhere_and_in_what_waits(
    forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator)
    reply = forum.reply(cadre, thread, LONG)
    forum.approve(moderator, reply)
    waiting = forum.reply(cast.visitor("cadre2"), thread, f"有人说：{LONG[:40]}")
    elsewhere = forum.start(cast.visitor("cadre2"), "另外的一帖", f"又说：{LONG[:40]}", "chat")
    page = moderator.get(f"/posts/{reply}/seal").text
    assert sent_along(page) == [str(waiting), str(forum.post(elsewhere))]


def test_what_could_not_be_taken_along_is_named_then_and_to_the_chief(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    thread = forum.published(cadre, chief, board="chat", title="茶水间的一帖")
    reply = forum.reply(cadre, thread, f"听说那件事叫{SECRET}呢")
    own = forum.reply(moderator, thread, f"> 听说那件事叫{SECRET}呢\n\n真的？")
    done = moderator.post(f"/posts/{reply}/seal", {**SEAL, "also": [str(own), "x", "999"]})
    assert done.status_code == 200
    assert f"/posts/{own}/seal" in done.text
    page = chief.get(f"/moderation/seals/{number_of(app)}").text
    assert f"/posts/{own}/seal" not in page
    assert f'href="/posts/{reply}"' in page
    opened = chief.post(f"/moderation/seals/{number_of(app)}/open", {"reason": "核对。"})
    assert f"/posts/{own}/seal" in opened.text
    assert chief.post(f"/posts/{own}/seal", SEAL).status_code == 302
    assert SECRET not in everything(app)


def test_its_address_leads_to_its_place_and_a_second_look_says_who_sealed(
    forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator, board="chat", title="茶水间的一帖")
    reply = forum.reply(cadre, thread, f"听说那件事叫{SECRET}呢")
    moderator.post(f"/posts/{reply}/seal", SEAL)
    for name in ("cadre2", "moderator"):
        reader = cast.visitor(name)
        assert reader.get(f"/posts/{reply}").location == f"/threads/{thread}#post-2"
        for verb in ("history", "edit", "flag", "hide", "redact", "appeal"):
            answer = reader.get(f"/posts/{reply}/{verb}")
            assert answer.status_code in (200, 302, 403, 404, 409), verb
            assert SECRET not in answer.text
    again = moderator.get(f"/posts/{reply}/seal")
    assert again.location == f"/threads/{thread}#post-2"
    assert "moderator同志在" in (text := moderator.get(again.location).text)
    assert "已经紧急封存了这一条" in text


def test_whoever_sealed_hears_that_it_was_lifted(
    app: Flask, forum: Forum, public: int, moderator: Visitor, chief: Visitor
) -> None:
    seal(moderator, forum, public)
    words = {"explanation": "没有涉密。"}
    chief.post(f"/moderation/seals/{number_of(app)}/unseal", words)
    assert "你封存的一条文字已解除封存" in moderator.get("/notices").text
    assert "你封存的一条文字已解除封存" not in chief.get("/notices").text


def test_a_sealed_opening_takes_its_title_and_closes_the_thread(
    app: Flask, forum: Forum, cast: Cast, public: int, cadre: Visitor, moderator: Visitor
) -> None:
    thread = forum.thread_of(public)
    reply = forum.reply(cast.visitor("cadre2"), thread, "别人的回帖。")
    forum.approve(moderator, reply)
    seal(moderator, forum, public)
    page = cast.visitor("cadre2").get(f"/threads/{thread}")
    assert page.status_code == 200
    assert "此处内容已紧急封存" in page.text
    assert "别人的回帖" not in page.text
    assert SECRET not in cast.visitor("cadre2").get("/notices").text
    cast.visitor("chief_moderator").post(
        f"/moderation/seals/{number_of(app)}/unseal", {"explanation": "没有涉密。"}
    )
    assert "别人的回帖" in cast.visitor("cadre2").get(f"/threads/{thread}").text
    assert SECRET in cast.visitor("cadre2").get(f"/search?q={SECRET}").text
    assert SECRET in cast.visitor("cadre2").get("/search?q=别人的回帖").text


def test_a_merged_threads_title_goes_too(
    app: Flask, forum: Forum, cast: Cast, public: int, cadre: Visitor, moderator: Visitor
) -> None:
    into = forum.published(cadre, moderator, title="要并进去的主题")
    words = {"into": str(into), "why": "同一件事。"}
    assert moderator.post(f"/threads/{forum.thread_of(public)}/merge", words).status_code == 302
    assert seal(moderator, forum, public).status_code == 302
    assert SECRET not in everything(app)


def test_one_of_many_seals_takes_effect(
    app: Flask, forum: Forum, cast: Cast, public: int, moderator: Visitor, chief: Visitor
) -> None:
    item = forum.item(public)
    people = browsers(app, moderator, 16) + browsers(app, chief, 16)
    urls = [f"/moderation/{item}/seal", f"/posts/{public}/seal"] * 16
    acts = [
        lambda v=visitor, u=url: v.post(u, SEAL).status_code
        for visitor, url in zip(people, urls, strict=True)
    ]
    assert Counter(at_once(acts)) == {302: 1, 409: 31}
    with app.app_context():
        number = db.session.scalars(sa.select(Seal.id)).one()
        assert len(journal.history("moderation:seal", number)) == 1
        assert not list(journal.verify())


def test_seals_and_decisions_at_once_leave_nothing_half_done(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    """Nothing breaks, and whatever won, the words are gone where the seal took effect."""
    thread = forum.published(cadre, moderator)
    posts = [forum.reply(cadre, thread, f"第 {n} 条{SECRET}。") for n in range(4)]
    acts: list[Any] = []
    reviewers, chiefs, authors = (browsers(app, one, 4) for one in (moderator, chief, cadre))
    for n, post in enumerate(posts):
        item, read = forum.item(post), {"revision": str(forum.latest(post))}
        acts += [
            lambda v=chiefs[n], p=post: v.post(f"/posts/{p}/seal", SEAL).status_code,
            lambda v=reviewers[n], i=item, r=read: (
                v.post(f"/moderation/{i}/approve", r).status_code
            ),
            lambda v=authors[n], p=post: (
                v.post(f"/posts/{p}/edit", {"body": f"改成{SECRET}。"}).status_code
            ),
        ]
    codes = at_once(acts)
    assert set(codes) <= {200, 302, 409}
    for n, post in enumerate(posts):
        if codes[3 * n] == 409:
            assert chief.post(f"/posts/{post}/seal", SEAL).status_code in (200, 302)
    assert SECRET not in everything(app)
    with app.app_context():
        assert not list(journal.verify())
        assert db.session.get_one(Thread, thread).post_count == 1


def test_what_waited_waits_again_and_the_time_under_seal_does_not_count(
    app: Flask, forum: Forum, cast: Cast, moderator: Visitor, chief: Visitor
) -> None:
    post = make(forum, cast, "pending")
    with app.app_context():
        due_at = db.session.get_one(QueueItem, forum.item(post)).due_at
    seal(moderator, forum, post)
    with clock.travel(clock.now() + timedelta(hours=5)):
        chief.post(f"/moderation/seals/{number_of(app)}/unseal", {"explanation": "没有涉密。"})
    with app.app_context():
        item = db.session.get_one(QueueItem, forum.item(post))
        assert item.state == "open"
        assert item.due_at - due_at >= timedelta(hours=5)
    forum.approve(moderator, post)
    assert SECRET in cast.visitor("cadre2").get(f"/threads/{forum.thread_of(post)}").text


def test_log_and_report_tell_of_it_without_words(
    app: Flask, forum: Forum, cast: Cast, moderator: Visitor, chief: Visitor, cadre: Visitor
) -> None:
    posts = [make(forum, cast, "pending", f"第 {n} 个{SECRET}") for n in range(6)]
    for post in posts:
        seal(moderator, forum, post)
    log = cadre.get("/moderation/log?verb=seal").text
    assert log.count("已紧急封存<span") == 6
    assert log.count("涉密或不宜公开的信息") >= 6
    with app.app_context():
        first = db.session.scalars(sa.select(Seal.id).order_by(Seal.id)).first()
    chief.post(f"/moderation/seals/{first}/unseal", {"explanation": "没有涉密。"})
    assert "已解除封存" in cadre.get("/moderation/log?verb=seal").text
    with app.app_context():
        found = report(Month.of(clock.today()))
        assert found.values["seal"] == 6
        assert found.values["cell", "forum:dajiatan", "seal"] == 6
        assert found.values["reason", "secret"] == 6
        assert found.values["unseal"] == 1


MOST = 56  # statements of a seal: one reads all words, one for each table takes them out


def test_a_seal_costs_the_same_however_much_was_said_of_a_text(
    app: Flask, forum: Forum, cast: Cast, moderator: Visitor
) -> None:
    """Replies under its title, versions, flags with words, what their authors were told."""
    few, many = (_much_said(app, forum, cast, times) for times in (2, 6))
    assert few == many <= MOST, (few, many)


def _much_said(app: Flask, forum: Forum, cast: Cast, times: int) -> int:
    """How many statements it takes to seal an opening post of which so much was said."""
    author, moderator = cast.visitor("cadre"), cast.visitor("moderator")
    title = f"标题{SECRET}{times}"
    thread = forum.published(author, moderator, title=title, body=f"正文{SECRET}{times}。")
    post = forum.post(thread)
    for time in range(times):
        reply = forum.reply(author, thread, f"第 {time} 句。")
        forum.approve(moderator, reply)
        words = {"title": title, "body": f"正文{SECRET}，改第 {time} 次。"}
        assert author.post(f"/posts/{post}/edit", words).status_code == 302
        forum.approve(moderator, post)
    for name in ("cadre2", "delegate")[: max(1, times - 4)]:
        words = {"reason": "other", "words": f"写了{SECRET}"}
        assert cast.visitor(name).post(f"/posts/{post}/flag", words).status_code == 302
    item = forum.item(post)
    with counted(app) as seen:
        assert moderator.post(f"/moderation/{item}/seal", SEAL).status_code == 302

    return len(seen)
