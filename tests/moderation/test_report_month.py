"""The monthly report: counted from the journal alone, equal to the tables, hiding small groups."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from datetime import timedelta
from math import ceil
from statistics import median
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock, sheets
from core.db import db
from core.journal import JournalEvent
from forum.models import Board, Post
from moderation.escalation import escalate_overdue
from moderation.models import Decision, QueueItem, Revision
from moderation.months import Month
from moderation.report import ORDINARY, VERBS, acts, count, report
from tests.boards import Forum
from tests.conftest import counted
from tests.people import Cast, Visitor

REASONS = ("off_topic", "private", "abuse")


class History:
    """People who write, flag, review, undo, appeal, withdraw at random, over some hours."""

    def __init__(self, app: Flask, forum: Forum, cast: Cast, seed: int) -> None:
        self.app, self.forum, self.chance = app, forum, random.Random(seed)
        self.author, self.reader = cast.visitor("cadre"), cast.visitor("cadre2")
        self.reviewers = {name: cast.visitor(name) for name in ("moderator", "chief_moderator")}

    def live(self, steps: int) -> None:
        for n in range(steps):
            board = self.chance.choice(("dajiatan", "dajiatan", "chat"))
            post = self.forum.post(
                self.forum.start(self.author, title=f"第 {n} 个标题", board=board)
            )
            waited = timedelta(minutes=self.chance.choice((2, 30, 90, 200, 400)))
            with clock.travel(clock.now() + waited):
                self._end(post, board)

    def _end(self, post: int, board: str) -> None:
        name = self.chance.choice(tuple(self.reviewers))
        why = {"reason": self.chance.choice(REASONS), "explanation": "因为。"}
        if board == "chat":
            self._look_again(post, name, why)
            return
        verb = self.chance.choice((*ORDINARY, "approve", "redact", "withdraw", ""))
        if verb == "withdraw":
            self.author.post(f"/posts/{post}/withdraw")
        elif verb:
            self._decide(name, verb, post, why)
            if self._undoes(name, post):
                verb = self.chance.choice(("approve", "reject", ""))
                if verb:
                    self._decide(name, verb, post, why)
        if verb == "reject" and self.chance.random() < 0.7:
            self.author.post(f"/posts/{post}/appeal", {"explanation": "我认为合适。"})
            other = next(one for key, one in self.reviewers.items() if key != name)
            ends = self.chance.choice(("uphold", "overturn"))
            self.forum.decide(other, ends, post, explanation="看过了。")

    def _look_again(self, post: int, name: str, why: dict[str, str]) -> None:
        """What reviewers do to a text that everybody reads."""
        verb = self.chance.choice(("hide", "redact", "harmless", ""))
        if verb == "harmless":
            self.reader.post(f"/posts/{post}/flag", {"reason": "abuse"})
            self._decide(name, verb, post, why)
        elif verb:
            words = {**why, "passages": "开头", "revision": str(self.forum.latest(post))}
            answer = self.reviewers[name].post(f"/posts/{post}/{verb}", words)
            assert answer.status_code == 302, answer.text
            self._undoes(name, post)

    def _decide(self, name: str, verb: str, post: int, why: dict[str, str]) -> None:
        words = {"amend": {"title": "改过的", "body": "改过了。"}, "redact": {"passages": "开头"}}
        answer = self.forum.decide(self.reviewers[name], verb, post, **why, **words.get(verb, {}))
        assert answer.status_code == 302, answer.text

    def _undoes(self, name: str, post: int) -> bool:
        if self.chance.random() < 0.7:
            return False
        answer = self.reviewers[name].post(f"/moderation/{self.forum.item(post)}/undo")
        assert answer.status_code == 302, answer.text
        return True


def live_figures(month: Month) -> dict[Any, int]:
    """The same figures from the tables, by SQL and by hand."""
    within = (Decision.decided_at >= month.starts_at, Decision.decided_at < month.ends_at)
    found: Counter[Any] = Counter()
    rows = db.session.execute(
        sa.select(Decision, QueueItem)
        .join(QueueItem, QueueItem.id == Decision.item_id)
        .where(Decision.undone_at.is_(None), *within)
    ).all()
    for decision, item in rows:
        found["cell", item.place, decision.verb] += 1
        found["place", item.place] += 1
        found[decision.verb] += 1
        found["work", item.unit_id, decision.decided_as] += 1
        if decision.verb in ("reject", "hide"):
            found["reason", decision.reason_code] += 1
        if decision.verb in ORDINARY:
            late = int(item.closed_at.timestamp()) > int(item.due_at.timestamp())
            found["late" if late else "timely", item.place] += 1
    exempt = db.session.execute(
        sa.select(Board.slug, sa.func.count())
        .select_from(Decision)
        .join(Revision, Revision.id == Decision.revision_id)
        .join(Post, Post.id == Revision.subject_id)
        .join(Board, Board.id == Post.board_id)
        .where(Decision.verb == "exempt", *within)
        .group_by(Board.slug)
    )
    for slug, number in exempt:
        found["cell", f"forum:{slug}", "exempt"] += number
        found["place", f"forum:{slug}"] += number
        found["exempt"] += number
    closed = (QueueItem.closed_at >= month.starts_at, QueueItem.closed_at < month.ends_at)
    found["withdraw"] = db.session.scalar(
        sa.select(sa.func.count()).where(QueueItem.state == "withdrawn", *closed)
    )
    found["escalate_by_clock"] = db.session.scalar(
        sa.select(sa.func.count()).where(
            QueueItem.escalated_at >= month.starts_at,
            QueueItem.escalated_at < month.ends_at,
            QueueItem.escalated_by_id.is_(None),
        )
    )
    found["all"] = sum(found[verb] for verb in VERBS)
    return {name: number for name, number in found.items() if number}


@pytest.fixture
def busy(app: Flask, forum: Forum, cast: Cast, request: pytest.FixtureRequest) -> Month:
    """A generated history; the month in which it ends."""
    app.config["FLAGS_PER_DAY"], before = 50, app.config["FLAGS_PER_DAY"]
    History(app, forum, cast, getattr(request, "param", 1)).live(40)
    app.config["FLAGS_PER_DAY"] = before
    with app.test_request_context():
        with clock.travel(clock.now() + timedelta(days=2)):
            escalate_overdue()
        db.session.commit()
        return Month.of(clock.today())


@pytest.mark.parametrize("busy", [1, 2], indirect=True)
def test_the_journal_alone_gives_what_the_tables_give(app: Flask, busy: Month) -> None:
    with app.test_request_context():
        for month in (busy, busy.following, busy.previous):
            found = report(month)
            internal = {"explained", "decided"}
            shown = {
                name: value
                for name, value in found.values.items()
                if value and name not in internal and name[0] != "read"
            }
            assert shown == live_figures(month)
        waits: dict[str, list[int]] = {}
        for item, verb in db.session.execute(
            sa.select(QueueItem, Decision.verb)
            .join(Decision, Decision.item_id == QueueItem.id)
            .where(Decision.undone_at.is_(None))
        ):
            if verb in ORDINARY and Month.of(clock.local(item.closed_at).date()) == busy:
                wait = int(item.closed_at.timestamp()) - int(item.opened_at.timestamp())
                waits.setdefault(item.place, []).append(wait)
        for place, wait in report(busy).waits.items():
            own = sorted(waits[place])
            assert wait.median.total_seconds() == median(own)
            assert wait.ninth.total_seconds() == own[ceil(0.9 * len(own)) - 1]
        assert report(busy).waits.keys() == {one for one, own in waits.items() if len(own) >= 5}


def test_it_needs_no_table_but_the_journal_which_keeps_no_words(
    app: Flask, busy: Month, moderator: Visitor, chief: Visitor
) -> None:
    for visitor in (moderator, chief):
        with counted(app) as seen:
            assert visitor.get(f"/moderation/report/{busy}").status_code == 200
        assert len(seen) <= 8, seen
    with app.test_request_context():
        kinds = ("moderation:item", "moderation:revision")
        events = db.session.scalars(sa.select(JournalEvent).where(JournalEvent.kind.in_(kinds)))
        for event in events:
            assert "因为" not in str(event.facts)
            assert "标题" not in str(event.facts)
    with app.test_request_context():
        before = report(busy).values
        with counted(app) as seen:
            told = list(acts(busy))
        assert len(seen) == 1
        assert "journal_events" in seen[0]
        assert count(busy, told).values == before
        db.session.execute(sa.update(QueueItem).values(place="elsewhere"))
        db.session.execute(sa.delete(Decision))
        assert report(busy).values == before
        db.session.rollback()


def test_an_act_at_the_month_s_last_moment_counts_in_it(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.start(cadre))
    forum.approve(moderator, post)
    with app.test_request_context():
        month = Month.of(clock.today())
        event = db.session.scalars(sa.select(JournalEvent).filter_by(verb="decide")).one()
        closed = int(month.ends_at.timestamp()) - 1
        facts = {**event.facts, "closed": closed}
        moved = sa.update(JournalEvent).where(JournalEvent.id == event.id)
        db.session.execute(moved.values(facts=facts, at=month.ends_at + timedelta(seconds=2)))
        assert report(month).values["all"] == 1
        assert report(month.following).is_empty
        db.session.rollback()


def test_what_was_undone_is_not_counted(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.start(cadre))
    forum.approve(moderator, post)
    assert moderator.post(f"/moderation/{forum.item(post)}/undo").status_code == 302
    public = forum.post(forum.start(cadre, board="chat"))
    why = {"reason": "abuse", "explanation": "因为。"}
    assert moderator.post(f"/posts/{public}/hide", why).status_code == 302
    assert moderator.post(f"/moderation/{forum.item(public)}/undo").status_code == 302
    with app.test_request_context():
        month = Month.of(clock.today())
        assert [one.verb for one in acts(month)] == ["exempt"]
    forum.decide(moderator, "reject", post, **why)
    with app.test_request_context():
        assert sorted(one.verb for one in acts(month)) == ["exempt", "reject"]


def test_the_page_hides_groups_under_five(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    for n in range(6):
        forum.approve(moderator, forum.post(forum.start(cadre, title=f"第 {n} 个标题")))
    for n in range(2):
        post = forum.post(forum.start(cadre, title=f"不好的第 {n} 个标题"))
        forum.decide(moderator, "reject", post, reason="abuse", explanation="不合适。")
    with app.test_request_context():
        month = Month.of(clock.today())
        found = report(month)
    assert found.figure("reject") is None
    assert found.figure("cell", "forum:dajiatan", "reject") is None
    assert found.figure("reason", "abuse") is None
    assert found.overturned is None
    assert None in (found.figure("all"), found.figure("approve"))  # else 8 - 6 gives 2
    page = cadre2.get(f"/moderation/report/{month}").text
    assert "少于 5" in page
    assert "第 0 个标题" not in page
    assert "moderator同志" not in page
    table = cadre2.get(f"/moderation/report/{month}/table.csv")
    assert table.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(table.get_data().decode("utf-8-sig"))))
    figures = {(row[0], row[1], row[2]): row[3] for row in rows}
    assert figures["原因", "人身攻击、侮辱或歧视", "条数"] == "少于 5"
    assert figures["数量", "全部", "不通过"] == "不列"
    assert "2" not in [row[3] for row in rows]


def test_months_there_are_not(cadre: Visitor, app: Flask, forum: Forum) -> None:
    with app.app_context():
        month = Month.of(clock.today())
    assert cadre.get(f"/moderation/report/{month}").status_code == 200
    assert cadre.get("/moderation/report").location.endswith(f"/moderation/report/{month.previous}")
    for odd in (str(month.following), "2026-13", "2026-00", "x", "1999-01", "2026-1", "９999-01"):
        assert cadre.get(f"/moderation/report/{odd}").status_code == 404
        assert cadre.get(f"/moderation/report/{odd}/table.csv").status_code == 404


def test_no_cell_of_a_table_is_a_formula() -> None:
    data = sheets.to_csv([("=1+1", "+x", "-x", "@x", "\t=1", " =1", "好", -3, 1.5)])
    (row,) = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    assert row == ["'=1+1", "'+x", "'-x", "'@x", "'\t=1", "' =1", "好", "-3", "1.5"]
