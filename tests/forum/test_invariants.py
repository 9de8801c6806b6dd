"""Whatever anybody does in whatever order: what is public was approved or exempted, numbers are
dense, counts are what a recount gives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from core import notices
from core.db import db
from core.errors import Conflict
from core.notices import Notice
from core.policy import Forbidden, allows
from core.search import SearchEntry
from core.states import IllegalMove
from forum import moving, writing
from forum.models import Board, Post, Signpost, Thread
from moderation import (
    Wording,
    amending,
    appeal,
    claiming,
    deciding,
    flags,
    submit,
    undoing,
    withdraw,
)
from moderation.flag import Flag
from moderation.models import CopyMark, Decision, QueueItem, Revision
from moderation.versions import PUBLISHING
from moderation.views import WITH_DECISION
from tests.boards import Forum
from tests.people import Cast

PEOPLE = ("cadre", "cadre2", "moderator", "chief_moderator", "moderator2")
VERBS = ("approve", "return", "reject", "overturn", "uphold", "claim", "release", "hide")
VERBS += ("edit", "withdraw", "appeal", "appeal", "start", "start", "reply", "reply")
VERBS += ("flag", "flag", "flag", "harmless", "harmless")
VERBS += ("move", "split", "merge", "amend", "redact", "accept", "revert", "regret", "regret")
VERBS += ("undo",)

STEPS = 120


def steps(seed: int) -> Iterator[tuple[str, str, int, int]]:
    """A verb, who, on which of those there are, and a choice whose meaning each verb names.

    Drawn from a seed: lists that hypothesis draws itself stay too short to get far.
    """
    chance = Random(seed)
    for _number in range(STEPS):
        yield (
            chance.choice(VERBS),
            chance.choice(PEOPLE),
            chance.randrange(6),
            chance.randrange(5),
        )


# What a verb needs to find now and then, else no example would get so far.
SINGLED_OUT = {
    "appeal": ("rejected", "hidden"),
    "accept": ("published",),
    "revert": ("published",),
    "edit": ("returned", "pending", "published", "suspended", "withdrawn"),
    "withdraw": ("pending", "returned", "rejected", "appealed", "suspended"),
}


class World:
    """Acts on the models as the views do: the policy first, all or nothing."""

    def __init__(self, people: dict[str, Any]) -> None:
        self.people = people
        self.count = 0

    def act(self, verb: str, name: str, which: int, flag: int) -> None:
        actor = self.people[name]
        try:
            with db.session.begin_nested():
                if verb in (*deciding.ORDINARY, *deciding.ON_APPEAL, "harmless"):
                    self.decide(actor, which, flag, verb)
                else:
                    getattr(self, verb)(actor, which, flag)
        except (Conflict, Forbidden, IllegalMove, flags.Spent, moving.Misplaced):
            pass

    def words(self, title: str | None) -> Wording:
        self.count += 1
        return Wording.of(f"第 {self.count} 次说的话。", "plain", title and f"{title}{self.count}")

    def start(self, actor: Any, which: int, flag: int) -> None:
        """One in five on the board that publishes at once."""
        board = db.session.scalars(
            select(Board).where(Board.pre_moderated == (flag > 0)).options(joinedload(Board.unit))
        ).one()
        writing.start(board, self.words("标题之"), actor)

    def reply(self, actor: Any, which: int, flag: int) -> None:
        thread = self.pick(Thread.visible_to(actor).order_by(Thread.id), which)
        if thread is not None and allows(actor, "forum:thread:reply", thread):
            writing.reply(thread, self.words(None), actor)

    def post(self, actor: Any, which: int, verb: str) -> Post | None:
        found = Post.visible_to(actor).options(joinedload(Post.public_revision))
        if verb in SINGLED_OUT and which > 0:
            latest = select(Revision.id).where(Revision.state.in_(SINGLED_OUT[verb]))
            found = found.where(Post.latest_revision_id.in_(latest), Post.author_id == actor.id)
        post = self.pick(found.order_by(Post.id), which)
        if post is not None and not allows(actor, f"forum:post:{verb}", post):
            raise Forbidden(verb)
        return post

    def edit(self, actor: Any, which: int, flag: int) -> None:
        if post := self.post(actor, which, "edit"):
            submit(post, self.words("改成" if post.is_opening else None), actor)

    def withdraw(self, actor: Any, which: int, flag: int) -> None:
        if post := self.post(actor, which, "withdraw"):
            withdraw(post, actor)

    def appeal(self, actor: Any, which: int, flag: int) -> None:
        if post := self.post(actor, which, "appeal"):
            appeal(post, "请再看看。", actor)

    def hide(self, actor: Any, which: int, flag: int) -> None:
        if post := self.post(actor, which, "hide"):
            deciding.hide(post, post.unit, actor, "other", "先收起来。")

    def flag(self, actor: Any, which: int, flag: int) -> None:
        if post := self.post(actor, which, "flag"):
            flags.raise_flag(post, "abuse", "不妥。", actor)

    def item(self, actor: Any, which: int) -> QueueItem | None:
        """Mostly one that waits."""
        found = QueueItem.visible_to(actor).options(joinedload(QueueItem.revision))
        found = found.order_by(QueueItem.id)
        return self.pick(found.where(QueueItem.closed_at.is_(None)) if which else found, which)

    def claim(self, actor: Any, which: int, flag: int) -> None:
        if item := self.item(actor, which):
            claiming.claim(item, actor)

    def release(self, actor: Any, which: int, flag: int) -> None:
        if item := self.item(actor, which):
            claiming.release(item, actor)

    def decide(self, actor: Any, which: int, flag: int, verb: str) -> None:
        if item := self.item(actor, which):
            self.decide_on(item, actor, flag, verb)

    def decide_on(self, item: QueueItem, actor: Any, flag: int, verb: str) -> None:
        if not allows(actor, "moderation:item:decide", item):
            raise Forbidden(verb)
        if flag > 1 and item.reason == "appeal":
            verb = deciding.ON_APPEAL[flag % 2]
        elif flag > 1 and item.reason == "flagged":
            verb = deciding.ON_PUBLIC[flag % 2]
        post = db.session.get_one(Post, item.subject_id)
        deciding.decide(
            item,
            verb,
            actor,
            # Sometimes what was read is not the newest.
            revision_id=item.revision_id if flag else (post.latest_revision_id or 0) - 1,
            reason_code="other",
            explanation="因为这样。",
        )

    def regret(self, actor: Any, which: int, flag: int) -> None:
        """Decide, or hide, and take it back: what anybody reads is as it was."""
        db.session.flush()
        before = read()
        if which == 5:
            if (post := self.post(actor, flag, "hide")) is None:
                return
            item = deciding.hide(post, post.unit, actor, "other", "先收起来。")
        elif which in (3, 4):
            made = self.amend(actor, which, flag) if which == 3 else self.redact(actor, flag, 0)
            if (item := made) is None:
                return
        else:
            if (item := self.item(actor, max(which, 1))) is None:
                return
            verbs = deciding.verbs_for(item)
            self.decide_on(item, actor, flag or 1, verbs[flag % len(verbs)])
        self.take_back(item, actor)
        db.session.flush()
        assert read() == before

    def amend(self, actor: Any, which: int, flag: int) -> QueueItem | None:
        item = self.item(actor, max(which, 1))
        if item is None or not allows(actor, "moderation:item:decide", item):
            return None
        verb = amending.EDITS[flag % 2]
        revision = db.session.get_one(Revision, item.revision_id)
        words = self.words("改成" if revision.title else None)
        amending.edit(item, verb, actor, item.revision_id, words, "改了几处。")
        return item

    def redact(self, actor: Any, which: int, flag: int) -> QueueItem | None:
        post = self.post(actor, which, "redact")
        if post is None or post.public_revision is None:
            return None
        words = amending.covered(post.public_revision, ["说的话"])
        read = post.public_revision.id
        return amending.redact(post, post.unit, actor, read, words, "盖住几处。")

    def accept(self, actor: Any, which: int, flag: int) -> None:
        if post := self.post(actor, which, "accept"):
            amending.accept(post, actor)

    def revert(self, actor: Any, which: int, flag: int) -> None:
        if post := self.post(actor, which, "revert"):
            amending.revert(Post.for_review(post.id), actor)

    def thread(self, actor: Any, which: int) -> Thread | None:
        found = Thread.visible_to(actor).where(Thread.published_at.is_not(None))
        thread = self.pick(found.order_by(Thread.id), which)
        if thread is not None and not allows(actor, "forum:thread:tend", thread):
            raise Forbidden("tend")
        return thread

    def move(self, actor: Any, which: int, flag: int) -> None:
        if thread := self.thread(actor, which):
            boards = moving.boards_of(actor)
            moving.move(thread, boards[flag % len(boards)], "放错了地方。", actor)

    def split(self, actor: Any, which: int, flag: int) -> None:
        if thread := self.thread(actor, which):
            numbers = list(range(2, thread.next_number))[flag % 3 :: 2]
            self.count += 1
            moving.split(thread, numbers, f"拆出的第 {self.count} 个", "说的是别的事。", actor)

    def merge(self, actor: Any, which: int, flag: int) -> None:
        thread, into = self.thread(actor, which), self.thread(actor, flag)
        if thread and into:
            moving.merge(thread, into, "说的是同一件事。", actor)

    def undo(self, actor: Any, which: int, flag: int) -> None:
        """Of a decision that may be an old one: time stands still here."""
        found = QueueItem.visible_to(actor).order_by(QueueItem.id.desc())
        item = self.pick(found.where(QueueItem.state == "decided").limit(3), which)
        if item is not None and allows(actor, "moderation:item:undo", item):
            self.take_back(item, actor)

    @staticmethod
    def take_back(item: QueueItem, actor: Any) -> None:
        db.session.flush()
        found = select(QueueItem).where(QueueItem.id == item.id).options(*WITH_DECISION)
        db.session.scalars(found.execution_options(populate_existing=True)).one()
        undoing.undo(item, actor)

    @staticmethod
    def pick(found: Any, which: int) -> Any:
        rows = db.session.scalars(found).unique().all()
        return rows[which % len(rows)] if rows else None


def read() -> dict[str, Any]:
    """All that readers and authors see, row by row."""
    db.session.expire_all()
    rows: dict[str, Any] = {}
    for model in (Post, Thread, Board):
        table = model.__table__
        rows[table.name] = db.session.execute(select(table).order_by(table.c.id)).all()
    revision, entry, notice = Revision.__table__.c, SearchEntry.__table__.c, Notice.__table__.c
    item = QueueItem.__table__.c
    for name, columns, conditions in (
        (
            "revisions",
            (revision.id, revision.state, revision.digest),
            (revision.state != "reverted",),
        ),
        ("search", (entry.subject_id, entry.title, entry.body, entry.scope, entry.at), ()),
        ("notices", (notice.person_id, notice.kind, notice.url, notice.id), ()),
        (
            "waiting",
            (item.id, item.revision_id, item.reason, item.opened_at, item.place),
            (item.closed_at.is_(None),),
        ),
    ):
        found = select(*columns).where(*conditions).order_by(*columns)
        rows[name] = db.session.execute(found).all()
    return rows


def check() -> None:
    of_posts = Revision.subject_kind == Post.kind
    revisions = {one.id: one for one in db.session.scalars(select(Revision).where(of_posts))}
    posts = db.session.scalars(select(Post)).all()
    threads = {one.id: one for one in db.session.scalars(select(Thread))}
    decided = select(Decision).join(Decision.revision).where(of_posts)
    decisions = db.session.scalars(decided).all()
    queued = select(QueueItem).where(QueueItem.subject_kind == Post.kind)
    items = {one.id: one for one in db.session.scalars(queued)}
    decisions = [one for one in decisions if one.undone_at is None]
    passed = {one.revision_id for one in decisions if one.verb in PUBLISHING}

    public = {post.public_revision_id for post in posts} - {None}
    assert public <= passed
    assert public == {one.id for one in revisions.values() if one.state == "published"}

    left: dict[int, set[int]] = defaultdict(set)
    for sign in db.session.scalars(select(Signpost).where(Signpost.number.is_not(None))):
        left[sign.thread_id].add(sign.number or 0)
    for thread in threads.values():
        own = sorted(
            (post for post in posts if post.thread_id == thread.id), key=lambda p: p.number
        )
        # Where a number is missing, a signpost says where the post went.
        if thread.merged_into_id is not None:
            assert own == []
            assert (thread.post_count, thread.last_number, thread.is_public) == (0, 0, False)
            continue
        assert {post.number for post in own} | left[thread.id] == set(range(1, thread.next_number))
        assert not {post.number for post in own} & left[thread.id]
        assert {post.board_id for post in own} == {thread.board_id}
        shown = [post for post in own if post.is_public]
        assert thread.post_count == len(shown)
        assert thread.last_number == max((post.number for post in shown), default=0)
        assert thread.is_public == own[0].is_public
        if shown:
            assert thread.last_post_at == max(post.published_at for post in shown)
    for board in db.session.scalars(select(Board)):
        of_board = [one for one in threads.values() if one.board_id == board.id]
        assert board.thread_count == sum(one.is_public for one in of_board)

    latest = {post.id: revisions[post.latest_revision_id or 0] for post in posts}
    check_flags(posts, revisions, items)
    waiting = {
        item.subject_id: item
        for item in items.values()
        if item.is_waiting and revisions[item.revision_id].is_waiting
    }
    assert set(waiting) == {post_id for post_id, one in latest.items() if one.is_waiting}
    assert all(item.revision_id == latest[post_id].id for post_id, item in waiting.items())
    keys = {board.id: board.key for board in db.session.scalars(select(Board))}
    places = {post.id: keys[post.board_id] for post in posts}
    assert all(item.place == places[post_id] for post_id, item in waiting.items())

    by_item = [one.item_id for one in decisions if one.item_id is not None]
    assert sorted(by_item) == sorted(one.id for one in items.values() if one.state == "decided")
    for decision in decisions:
        if decision.item_id is not None:
            item = items[decision.item_id]
            assert decision.decided_by_id not in (item.author_id, item.first_decided_by_id)

    entries = select(SearchEntry.subject_id).where(SearchEntry.kind == Post.kind)
    found = {int(one) for one in db.session.scalars(entries)}
    assert found == {
        post.id for post in posts if post.is_public and threads[post.thread_id].is_public
    }
    count = select(func.count()).where(QueueItem.state == "claimed")
    claimed = count.where(QueueItem.claimed_by_id.is_(None))
    assert db.session.scalar(claimed) == 0
    marked = select(func.count()).select_from(CopyMark).join(QueueItem)
    assert db.session.scalar(marked.where(QueueItem.closed_at.is_not(None))) == 0


def check_flags(posts: Any, revisions: dict[int, Revision], items: dict[int, QueueItem]) -> None:
    """What flags hid waits for a reviewer, and nothing else is hidden by them; each ended flag has
    told its outcome, each open one waits with a text that was public."""
    flagged = {
        item.revision_id: item
        for item in items.values()
        if item.is_waiting and item.reason == "flagged"
    }
    versions = [item.revision_id for item in items.values() if item.is_waiting]
    assert len(versions) == len(set(versions))
    assert {revisions[one].state for one in flagged} <= {"published", "suspended"}
    suspended = {one.id for one in revisions.values() if one.state == "suspended"}
    assert suspended <= flagged.keys()
    assert suspended <= {post.taken_revision_id for post in posts if not post.is_public}
    assert all(post.taken_revision_id is None for post in posts if post.is_public)
    ended: dict[int, int] = {}
    for flag in db.session.scalars(select(Flag)):
        if flag.state == "open":
            assert flagged[flag.revision_id].id == flag.item_id
        else:
            ended[flag.flagger_id] = ended.get(flag.flagger_id, 0) + 1
    told = select(notices.Notice.person_id, func.count()).where(
        notices.Notice.kind.startswith("moderation:flag:")
    )
    assert dict(db.session.execute(told.group_by(notices.Notice.person_id)).all()) == ended


@pytest.fixture
def people(app: Flask, cast: Cast) -> dict[str, int]:
    Forum(app, cast)
    return {name: cast.id(name) for name in PEOPLE}


def run(app: Flask, cast: Cast, seed: int) -> None:
    before = {name: app.config[name] for name in ("FLAGS_PER_DAY", "FLAGS_TO_HIDE")}
    app.config.update(FLAGS_PER_DAY=1_000, FLAGS_TO_HIDE=2)
    with app.test_request_context():
        world = World({name: cast.person(name) for name in PEOPLE})
        try:
            for step in steps(seed):
                world.act(*step)
            db.session.expire_all()
            check()
        finally:
            db.session.rollback()
            app.config.update(before)


any_order = settings(
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@settings(any_order, max_examples=6, derandomize=True)  # the long run draws others
@given(seed=st.integers(0, 2**32))
def test_what_is_public_was_passed(
    app: Flask, cast: Cast, people: dict[str, int], seed: int
) -> None:
    run(app, cast, seed)


@pytest.mark.slow
@settings(any_order, max_examples=300)
@given(seed=st.integers(0, 2**32))
def test_what_is_public_was_passed_in_long_runs(
    app: Flask, cast: Cast, people: dict[str, int], seed: int
) -> None:
    run(app, cast, seed)
