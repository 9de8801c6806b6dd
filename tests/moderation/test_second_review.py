"""A blind second review: drawn by chance, judged without knowing, changing nothing, compared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from accounts.models import Membership
from core import clock, journal, notices
from core.db import db
from core.jobs import Job
from forum.models import Post
from moderation import drawing
from moderation.drawing import WITHIN, draw_since, is_drawn, lapse_second_reviews
from moderation.models import Decision, Revision
from moderation.purging import Purge
from moderation.second_review import SecondReview
from tests.boards import Forum, number_in
from tests.conftest import counted
from tests.moderation.test_parallel_decisions import at_once, browsers
from tests.moderation.test_purge_words import everything
from tests.people import Cast, Visitor

WHY = {"reason": "abuse", "explanation": "第一次写的理由。"}
MANY = 50
LIST = "/moderation/second"


@pytest.fixture(autouse=True)
def every_decision(app: Flask) -> Iterator[None]:
    """Chance draws them all."""
    app.config["SECOND_REVIEW_PERCENT"], before = 100, app.config["SECOND_REVIEW_PERCENT"]
    yield
    app.config["SECOND_REVIEW_PERCENT"] = before


@pytest.fixture
def third(app: Flask, cast: Cast, forum: Forum) -> Visitor:
    """Another reviewer of the region, beside `moderator` and `chief_moderator`."""
    person_id, unit_id = cast.id("moderator2"), cast.unit_id("region")
    with app.app_context():
        since = clock.today() - timedelta(days=9)
        role = Membership(person_id=person_id, unit_id=unit_id, role="moderator", valid_from=since)
        db.session.add(role)
        db.session.commit()
    return cast.visitor("moderator2")


def draw(app: Flask, after: timedelta = timedelta(minutes=2)) -> list[int]:
    """Let the work run; the ids of all second reviews."""
    with app.app_context(), clock.travel(clock.now() + after):
        draw_since()
        db.session.commit()
        return list(db.session.scalars(sa.select(SecondReview.id).order_by(SecondReview.id)))


def run(app: Flask, work: Callable[[], None], after: timedelta = timedelta(0)) -> None:
    with app.app_context(), clock.travel(clock.now() + after):
        work()
        db.session.commit()


def states(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(sa.select(SecondReview.state).order_by(SecondReview.id)))


def drawn_on(app: Flask, forum: Forum, post: int) -> int:
    """The second review of the decision on a post's newest item."""
    found = sa.select(SecondReview.id).where(SecondReview.item_id == forum.item(post))
    with app.app_context():
        return db.session.scalars(found).one()


@pytest.fixture
def rejected(app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor) -> int:
    """A rejection by `moderator` that was drawn: the second review's id."""
    post = forum.post(forum.start(cadre, title="抽到的一帖"))
    assert forum.decide(moderator, "reject", post, **WHY).status_code == 302
    return draw(app)[0]


def judge(visitor: Visitor, second: int, verb: str, **fields: str) -> TestResponse:
    return visitor.post(f"{LIST}/{second}/{verb}", fields)


# --- The draw ---------------------------------------------------------------------------------


def test_five_of_a_hundred_whatever_the_verdict(app: Flask) -> None:
    """Over 10,000 ids within four standard deviations, in every part of them alike."""
    with app.app_context():
        picked = [id for id in range(10_000) if is_drawn(id, 5)]
        assert abs(len(picked) - 500) < 4 * (10_000 * 0.05 * 0.95) ** 0.5
        by_verdict = Counter(id % 3 for id in picked)  # three verdicts by turns
        expected, spread = 10_000 / 3 * 0.05, 4 * (10_000 / 3 * 0.05 * 0.95) ** 0.5
        assert all(abs(count - expected) < spread for count in by_verdict.values())
        assert picked == [id for id in range(10_000) if is_drawn(id, 5)]
        assert not any(is_drawn(id, 0) for id in range(300))
        assert all(is_drawn(id, 100) for id in range(300))


def test_without_the_key_nobody_foresees_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        ours = {id for id in range(4_000) if is_drawn(id, 5)}
        monkeypatch.setitem(app.config, "SECRET_KEY", "another key, of more than 32 characters")
        others = {id for id in range(4_000) if is_drawn(id, 5)}
    assert len(ours & others) < len(ours) / 4


def test_drawn_once_when_it_can_no_longer_be_undone(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.start(cadre))
    forum.approve(moderator, post)
    assert draw(app, after=timedelta(0)) == []
    assert moderator.post(f"/moderation/{forum.item(post)}/undo").status_code == 302
    assert draw(app) == []
    forum.approve(moderator, post)
    assert len(draw(app)) == 1
    assert len(draw(app)) == 1
    with app.app_context():
        second = db.session.scalars(sa.select(SecondReview)).one()
        decision = db.session.get_one(Decision, second.decision_id)
        assert decision.undone_at is None
        (event,) = journal.history(SecondReview.kind, second.id)
        assert event.facts == {"decision": decision.id, "place": "forum:dajiatan", "percent": 100}


def test_work_that_stood_still_goes_on_where_it_ended(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    run(app, draw_since)
    forum.approve(moderator, forum.post(forum.start(cadre)))
    with app.app_context():
        since = db.session.scalars(sa.select(Job).where(Job.name == "moderation.draw")).one().args
    run(app, lambda: draw_since(**since), after=timedelta(days=5))
    assert states(app) == ["drawn"]
    run(app, draw_since, after=timedelta(days=5))  # nothing that is older than a first run sees


def test_no_more_than_the_setting_says(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    app.config["SECOND_REVIEW_PERCENT"] = 0
    forum.approve(moderator, forum.post(forum.start(cadre)))
    assert draw(app) == []


def test_what_could_not_be_judged_blind_takes_no_part(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    """A reviewer's own version, and what somebody hid unasked."""
    mended = forum.post(forum.start(cadre))
    words = {"title": "改过的", "body": "改过了。", "explanation": "改了几个字。"}
    assert forum.decide(moderator, "amend", mended, **words).status_code == 302
    public = forum.post(forum.start(cadre, board="chat"))
    assert moderator.post(f"/posts/{public}/hide", WHY).status_code == 302
    assert draw(app) == []


# --- Blindness --------------------------------------------------------------------------------


class Frozen(datetime):
    """A clock that stands still until it is moved."""

    moment = datetime(2026, 5, 20, 3, 40, 17, tzinfo=UTC)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return cls.moment.astimezone(tz)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Stops the clock; moves it on by minutes."""
    monkeypatch.setattr(Frozen, "moment", datetime.now(UTC).replace(microsecond=0))
    monkeypatch.setattr(clock, "datetime", Frozen)

    def move(minutes: int) -> None:
        monkeypatch.setattr(Frozen, "moment", Frozen.moment + timedelta(minutes=minutes))

    return move


def twins(forum: Forum, author: Visitor, board: str) -> list[int]:
    """Two opening posts of the same words."""
    posts = []
    for once in ("one form's key" * 4, "another form's key" * 4):
        words = {"title": "一字不差的标题", "body": "一字不差的话。", "once": once}
        posts.append(forum.post(number_in(author.post(f"/forum/{board}/new", words))))
    return posts


@pytest.mark.parametrize(
    "verbs",
    [("approve", "reject"), ("approve", "return"), ("harmless", "hide"), ("overturn", "uphold")],
)
def test_the_page_does_not_tell_what_was_decided(
    app: Flask,
    forum: Forum,
    cast: Cast,
    cadre: Visitor,
    cadre2: Visitor,
    moderator: Visitor,
    chief: Visitor,
    third: Visitor,
    later: Callable[[int], None],
    verbs: tuple[str, str],
) -> None:
    """Byte for byte the same for two texts of the same words, whatever came of either since."""
    is_public, is_appeal = "hide" in verbs, "uphold" in verbs
    posts = twins(forum, cadre, "chat" if is_public else "dajiatan")
    for post in posts:
        if is_public:
            cadre2.post(f"/posts/{post}/flag", {"reason": "abuse", "words": "话说重了。"})
        if is_appeal:
            forum.decide(moderator, "reject", post, **WHY)
            cadre.post(f"/posts/{post}/appeal", {"explanation": "我认为合适。"})
    later(5)
    for post, verb in zip(posts, verbs, strict=True):
        answer = forum.decide(chief if is_appeal else moderator, verb, post, **WHY)
        assert answer.status_code == 302, answer.text
    drawn = {post: item for post in posts if (item := forum.item(post))}
    later(5)
    for post, verb in zip(posts, verbs, strict=True):
        with app.app_context():
            thread = db.session.get_one(Post, post).thread_id
        if verb in ("approve", "harmless", "overturn"):
            forum.reply(cadre2, thread, "看到了，支持。")
            cast.visitor("delegate").post(f"/posts/{post}/flag", {"reason": "off_topic"})
        elif verb == "return":
            edit = {"title": "一字不差的标题", "body": "改过的话。"}
            assert cadre.post(f"/posts/{post}/edit", edit).status_code == 302
        elif verb != "uphold":
            plea = {"explanation": "我认为合适。"}
            assert cadre.post(f"/posts/{post}/appeal", plea).status_code == 302
            assert forum.decide(chief, "uphold", post, explanation="照旧。").status_code == 302
    draw(app)
    later(60)
    with app.app_context():
        found = sa.select(SecondReview.item_id, SecondReview.id)
        ids = {row.item_id: row.id for row in db.session.execute(found)}
    pages = []
    for item in drawn.values():
        page = third.get(f"{LIST}/{ids[item]}")
        assert page.status_code == 200
        assert "一字不差的话" in page.text
        assert "第一次写的理由" not in page.text or is_appeal  # there the rejection's
        assert "第一次的结果先不给你看" in page.text
        assert f"/moderation/{item}" not in page.text
        pages.append(page.text.replace(f"{LIST}/{ids[item]}", "/this"))
    assert pages[0] == pages[1]
    rows = re.findall(r'<li class="row.*?</li>', third.get(LIST).text, re.DOTALL)
    own = [row for row in rows for item in drawn.values() if f'{LIST}/{ids[item]}"' in row]
    one, other = (re.sub(r"/\d+", "", row) for row in own)
    assert one == other


def test_the_original_does_not_say_that_it_was_drawn(
    app: Flask, rejected: int, moderator: Visitor, cadre: Visitor
) -> None:
    with app.app_context():
        item = db.session.get_one(SecondReview, rejected).item_id
    page = moderator.get(f"/moderation/{item}").text
    assert LIST not in page
    assert "盲审" not in page
    assert "盲审" not in cadre.get("/moderation/log").text


def test_neither_the_first_reviewer_nor_the_author_meets_it(
    app: Flask, forum: Forum, rejected: int, moderator: Visitor, cadre: Visitor, cast: Cast
) -> None:
    for visitor in (moderator, cadre, cast.visitor("moderator2"), cast.visitor("admin")):
        assert visitor.get(f"{LIST}/{rejected}").status_code == 404
        assert judge(visitor, rejected, "approve").status_code == 404
    assert "抽到的一帖" not in moderator.get(LIST).text
    assert cadre.get(LIST).status_code == 403
    assert states(app) == ["drawn"]


def test_nor_a_reviewer_who_wrote_it(
    app: Flask, forum: Forum, chief: Visitor, moderator: Visitor, third: Visitor
) -> None:
    post = forum.post(forum.start(chief, title="总审核员写的"))
    forum.approve(moderator, post)
    (second,) = draw(app)
    assert chief.get(f"{LIST}/{second}").status_code == 404
    assert "总审核员写的" not in chief.get(LIST).text
    judge(third, second, "reject", reason="abuse")
    assert chief.get(f"{LIST}/{second}").status_code == 404
    assert "总审核员写的" not in chief.get(LIST).text


def test_nor_whoever_flagged_it_or_decided_on_it_before(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor, third: Visitor
) -> None:
    post = forum.post(forum.start(cadre, board="chat"))
    chief.post(f"/posts/{post}/flag", {"reason": "abuse"})
    forum.decide(moderator, "harmless", post)
    appealed = forum.post(forum.start(cadre))
    forum.decide(moderator, "reject", appealed, **WHY)
    cadre.post(f"/posts/{appealed}/appeal", {"explanation": "我认为合适。"})
    forum.decide(chief, "uphold", appealed, **WHY)
    draw(app)
    flagged, answered = (drawn_on(app, forum, one) for one in (post, appealed))
    assert chief.get(f"{LIST}/{flagged}").status_code == 404
    assert moderator.get(f"{LIST}/{answered}").status_code == 404
    assert judge(moderator, answered, "uphold").status_code == 404
    assert judge(third, flagged, "harmless").status_code == 302
    assert judge(third, answered, "uphold").status_code == 302


def test_nor_by_setting_somebody_of_the_author_s_unit(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    forum: Forum,
    cast: Cast,
    moderator: Visitor,
    chief: Visitor,
) -> None:
    post = forum.post(forum.start(cast.visitor("supervisor")))
    forum.approve(moderator, post)
    (second,) = draw(app)
    monkeypatch.setitem(app.config, "REVIEW_OWN_UNIT", False)
    assert chief.get(f"{LIST}/{second}").status_code == 404
    assert judge(chief, second, "approve").status_code == 404
    monkeypatch.setitem(app.config, "REVIEW_OWN_UNIT", True)
    assert judge(chief, second, "approve").status_code == 302


# --- The verdict ------------------------------------------------------------------------------


def test_it_changes_nothing_and_the_author_learns_nothing(
    app: Flask,
    forum: Forum,
    cast: Cast,
    rejected: int,
    cadre: Visitor,
    cadre2: Visitor,
    chief: Visitor,
) -> None:
    with app.test_request_context():
        second = db.session.get_one(SecondReview, rejected)
        post, item = db.session.get_one(Revision, second.revision_id).subject_id, second.item_id
        told = notices.unread_count(cast.person("cadre"))
        events = len(journal.history("moderation:item", item))
    cadre.get(f"/posts/{post}", follow_redirects=True)  # whose notice is read by this
    before = cadre.get(f"/posts/{post}", follow_redirects=True).text
    assert judge(chief, rejected, "approve").status_code == 302
    assert cadre.get(f"/posts/{post}", follow_redirects=True).text == before
    assert cadre2.get(f"/posts/{post}").status_code == 404
    with app.test_request_context():
        assert notices.unread_count(cast.person("cadre")) == told
        assert len(journal.history("moderation:item", item)) == events
        assert db.session.scalar(sa.select(sa.func.count(Decision.id))) == 1
        event = journal.latest(SecondReview.kind, rejected)
        assert event is not None
        assert (event.facts["first"], event.facts["second"]) == ("reject", "approve")
        assert "标题" not in str(event.facts)
        assert list(journal.verify()) == []


def test_whoever_judged_then_compares(rejected: int, chief: Visitor, moderator: Visitor) -> None:
    words = {"reason": "private", "explanation": "第二次写的理由。"}
    answer = judge(chief, rejected, "reject", **words)
    page = chief.get(answer.location).text
    for said in ("两次判断一致", "第一次写的理由", "第二次写的理由", "moderator同志", "人身攻击"):
        assert said in page
    assert moderator.get(f"{LIST}/{rejected}").status_code == 404
    assert "抽到的一帖" not in chief.get(LIST).text


def test_a_difference_goes_to_the_chief_moderators(
    app: Flask,
    forum: Forum,
    cast: Cast,
    rejected: int,
    third: Visitor,
    chief: Visitor,
    moderator: Visitor,
) -> None:
    answer = judge(third, rejected, "return", explanation="改一改就好。")
    assert "两次判断不一致" in third.get(answer.location).text
    with app.test_request_context():
        told = notices.Notice.visible_to(cast.person("chief_moderator"))
        (notice,) = db.session.scalars(told.where(notices.Notice.kind == "moderation:differ"))
        assert notice.url == f"{LIST}/{rejected}"
        assert "抽到的一帖" not in notice.sentence
    page = chief.get(notice.url).text
    for said in ("第一次写的理由", "改一改就好", "moderator同志", "moderator2同志"):
        assert said in page
    row = chief.get(LIST).text
    assert "第一次：不通过（人身攻击、侮辱或歧视）" in row
    assert "第二次：退回作者修改" in row
    assert "两次判断不一致的" not in third.get(LIST).text
    assert moderator.get(notice.url).status_code == 404


def test_a_chief_who_decided_first_hears_of_it_afterwards(
    app: Flask, forum: Forum, cadre: Visitor, chief: Visitor, moderator: Visitor
) -> None:
    forum.approve(chief, forum.post(forum.start(cadre)))
    (second,) = draw(app)
    assert chief.get(f"{LIST}/{second}").status_code == 404
    judge(moderator, second, "reject", reason="abuse", explanation="第二次写的理由。")
    assert "第二次写的理由" in chief.get(f"{LIST}/{second}").text
    assert judge(chief, second, "approve").status_code == 403


@pytest.mark.parametrize(
    ("verb", "fields", "code"),
    [
        ("reject", {}, 422),
        ("reject", {"reason": "nonsense"}, 422),
        ("reject", {"reason": "abuse"}, 302),
        ("approve", {}, 302),
        ("uphold", {}, 409),
        ("hide", {"reason": "abuse"}, 409),
        ("amend", {}, 404),
    ],
)
def test_what_a_verdict_needs(
    rejected: int, chief: Visitor, verb: str, fields: dict[str, str], code: int
) -> None:
    words = {"explanation": "写了一半的话。", **fields}
    answer = judge(chief, rejected, verb, **words)
    assert answer.status_code == code
    if code == 422:
        assert "请选择一个原因" in answer.text
        assert "写了一半的话" in answer.text
        assert "第一次写的理由" not in answer.text


def test_one_of_fifty_verdicts_wins(
    app: Flask, rejected: int, cast: Cast, chief: Visitor, third: Visitor
) -> None:
    people = browsers(app, chief, MANY // 2) + browsers(app, third, MANY // 2)
    acts = [
        lambda who=who, verb=verb: judge(who, rejected, verb, explanation="写了几句。")
        for who, verb in zip(people, ["approve", "return"] * (MANY // 2), strict=True)
    ]
    answers: list[Any] = at_once(acts)
    assert Counter(one.status_code for one in answers) == {302: 1, 409: MANY - 1}
    with app.app_context():
        second = db.session.get_one(SecondReview, rejected)
        is_chief = second.judged_by_id == cast.id("chief_moderator")
    name = f"{'chief_moderator' if is_chief else 'moderator2'}同志"
    for one in answers:
        if one.status_code == 409:
            assert f"{name}在" in one.text
            assert "写了几句" in one.text or "已经处理过" in one.text
            assert "第一次写的理由" not in one.text


def test_who_came_too_late_reads_who_was_first_and_no_verdict(
    rejected: int, chief: Visitor, third: Visitor
) -> None:
    judge(chief, rejected, "approve")
    page = third.get(f"{LIST}/{rejected}").text
    assert "chief_moderator同志" in page
    for said in ("抽到的一帖", "第一次写的理由", "不通过", "通过", "不一致"):
        assert said not in re.sub(r"(?s)<dialog.*?</dialog>", "", page)


# --- The end of time --------------------------------------------------------------------------


def test_what_nobody_judged_lapses(app: Flask, rejected: int, cast: Cast) -> None:
    with clock.travel(clock.now() + WITHIN + timedelta(minutes=5)):
        chief = cast.visitor("chief_moderator")  # even before the work has run
        assert "抽到的一帖" not in chief.get(LIST).text
        page = chief.get(f"{LIST}/{rejected}").text
        assert "没有人判断" in page
        assert "第一次写的理由" not in page
        assert judge(chief, rejected, "approve").status_code == 409
    assert states(app) == ["drawn"]
    run(app, lapse_second_reviews, after=WITHIN - timedelta(minutes=5))
    assert states(app) == ["drawn"]
    run(app, lapse_second_reviews, after=WITHIN + timedelta(minutes=5))
    run(app, lapse_second_reviews, after=WITHIN + timedelta(minutes=5))
    assert states(app) == ["lapsed"]
    with app.app_context():
        verbs = [one.verb for one in journal.history(SecondReview.kind, rejected)]
        assert verbs == ["draw", "lapse"]


def test_what_was_cleared_is_dropped(
    app: Flask, forum: Forum, rejected: int, moderator: Visitor, chief: Visitor
) -> None:
    with app.app_context():
        item = db.session.get_one(SecondReview, rejected).item_id
    words = {"explanation": "里面有个人信息。"}
    assert moderator.post(f"/moderation/{item}/purge", words).status_code == 302
    with app.app_context():
        purge = db.session.scalars(sa.select(Purge.id)).one()
    assert chief.post(f"/moderation/purges/{purge}/confirm").status_code == 302
    assert str(rejected) not in re.findall(rf"{LIST}/(\d+)", chief.get(LIST).text)
    assert judge(chief, rejected, "approve").status_code == 409
    run(app, lapse_second_reviews)
    assert states(app) == ["dropped"]


def test_what_was_sealed_is_dropped_and_holds_no_word(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor, third: Visitor
) -> None:
    posts = [forum.post(forum.start(cadre, title=f"代号银杏 {n}")) for n in range(2)]
    for post in posts:
        assert forum.decide(moderator, "reject", post, **WHY).status_code == 302
    judged, waiting = draw(app)
    verdict = {"reason": "abuse", "explanation": "说了代号银杏。"}
    assert judge(chief, judged, "reject", **verdict).status_code == 302
    for post in posts:
        words = {"explanation": "里面可能有涉密内容。", "sure": "y"}
        sealed = moderator.post(f"/moderation/{forum.item(post)}/seal", words)
        assert sealed.status_code == 302
    assert "银杏" not in everything(app)
    assert f"{LIST}/{waiting}" not in third.get(LIST).text
    assert "文字已紧急封存" in third.get(f"{LIST}/{waiting}").text
    assert judge(third, waiting, "approve").status_code == 409
    run(app, lapse_second_reviews)
    assert states(app) == ["judged", "dropped"]


def test_what_was_sealed_before_the_draw_takes_no_part(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.start(cadre))
    forum.approve(moderator, post)
    words = {"explanation": "里面可能有涉密内容。", "sure": "y"}
    assert moderator.post(f"/posts/{post}/seal", words).status_code == 302
    assert draw(app) == []


def test_what_was_undone_after_all_is_dropped(app: Flask, rejected: int, chief: Visitor) -> None:
    """An undo that began in time and ended late."""
    with app.app_context():
        db.session.execute(sa.update(Decision).values(undone_at=clock.now()))
        db.session.commit()
    assert "抽到的一帖" not in chief.get(LIST).text
    assert judge(chief, rejected, "approve").status_code == 409
    run(app, lapse_second_reviews)
    assert states(app) == ["dropped"]


# --- What it asks -----------------------------------------------------------------------------


def test_statements_do_not_grow(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    asked = []
    for n in range(3):
        post = forum.post(forum.start(cadre, title=f"第 {n} 帖"))
        forum.decide(moderator, "reject", post, **WHY)
        ids = draw(app)
        if n == 0:
            continue
        if n == 1:
            judge(chief, ids[0], "approve")
        for path in (LIST, f"{LIST}/{ids[-1]}", f"{LIST}/{ids[0]}", "/"):
            with counted(app) as seen:
                assert chief.get(path).status_code == 200
            assert len(seen) <= 8, (path, seen)
            asked.append(len(seen))
    assert asked[:3] == asked[4:7]


def test_the_home_page_says_what_waits(
    rejected: int, chief: Visitor, moderator: Visitor, cadre: Visitor
) -> None:
    assert "1 条等你二次盲审" in chief.get("/").text
    assert "二次盲审" not in moderator.get("/").text
    assert "二次盲审" not in cadre.get("/").text


def test_an_empty_list_says_that_chance_may_draw_none(chief: Visitor) -> None:
    assert "可能一条也抽不到" in chief.get(LIST).text


def test_picked_ids_are_read_in_parts(
    app: Flask, monkeypatch: pytest.MonkeyPatch, forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    monkeypatch.setattr(drawing, "BATCH", 1)
    for n in range(3):
        forum.approve(moderator, forum.post(forum.start(cadre, title=f"第 {n} 帖")))
    assert len(draw(app)) == 3


def test_the_first_decision_is_nowhere_until_one_judged_or_waived(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor, third: Visitor
) -> None:
    chief = cast.visitor("chief_moderator")
    post = forum.post(forum.start(cadre, "要再看一次的一帖"))
    forum.decide(moderator, "reject", post, **WHY)
    entry, item = forum.newest(Decision), forum.item(post)
    cadre.post(f"/moderation/log/{entry}/ask", {"body": "为什么不通过？"})
    draw(app)
    second = drawn_on(app, forum, post)
    other = forum.post(forum.start(cadre, "同一位作者的另一帖"))
    pages = {
        f"/moderation/{item}": "第一次写的理由",
        f"/moderation/log/{entry}": "未通过",
        "/moderation/log": f"/moderation/log/{entry}",
        "/moderation?decided=1": f'href="/moderation/{item}',
        f"/moderation/{forum.item(other)}": f'href="/moderation/{item}',
        "/moderation/inquiries": "为什么不通过",
    }

    def tells(visitor: Visitor) -> set[str]:
        return {url for url, words in pages.items() if words in visitor.get(url).text}

    everything = tells(moderator)  # who decided reads it all but what is the chiefs'
    assert {f"/moderation/{item}", f"/moderation/log/{entry}", "/moderation/log"} <= everything
    assert tells(chief) == tells(third) == set()
    for page in (f"/moderation/{item}", f"/moderation/log/{entry}"):
        assert f"/moderation/second/{second}/waive" in chief.get(page).text
    assert tells(cadre) == {f"/moderation/log/{entry}", "/moderation/log"}  # the log is open
    answer = chief.post(f"/moderation/second/{second}/waive")
    assert answer.location == f"/moderation/{item}"
    assert tells(chief) == everything | {"/moderation/inquiries"}
    assert f"/moderation/second/{second}" not in chief.get(LIST).text
    assert chief.post(f"/moderation/second/{second}/reject", WHY).status_code in (403, 404)
    assert tells(third) == set()  # the others still may judge
    assert third.post(f"/moderation/second/{second}/reject", WHY).status_code == 302
    assert tells(third) == everything


def test_what_nobody_judged_in_time_is_shown_again(
    app: Flask, cast: Cast, rejected: int, third: Visitor
) -> None:
    with app.app_context():
        item = f"/moderation/{db.session.get_one(SecondReview, rejected).item_id}"
    assert "先判断，再看第一次的决定" in third.get(item).text
    with clock.travel(clock.now() + WITHIN + timedelta(minutes=5)):
        assert WHY["explanation"] in cast.visitor("moderator2").get(item).text
