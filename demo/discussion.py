"""The demo's boards, threads and posts, with what reviewers decided on them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import click
from flask import current_app
from sqlalchemy import insert, select, update

from core import clock, journal, office_hours, search
from core.db import db
from core.text import cook, excerpt, plain
from forum.models import Board, Post, Thread
from moderation.models import EXCERPT, Decision, QueueItem, Revision
from moderation.wording import Wording

from . import reading
from .bulk import Bulk
from .organisation import Organisation

FILES = ("threads_dajiatan", "threads_burden", "threads_study", "threads_chat")
BOARDS = (
    {
        "slug": "dajiatan",
        "title": "大家谈",
        "title_en": "The Discussion",
        "description": "大讨论的主版：把看到的难处说出来，把办法一起想出来。先审后发，每条都有回音。",
        "description_en": "The main board: name what is hard, work out answers together. "
        "Reviewed before it appears; every post gets an answer.",
        "unit": "region_dept",
        "pre_moderated": True,
    },
    {
        "slug": "burden",
        "title": "基层减负",
        "title_en": "Less Paperwork",
        "description": "表格、会议、群和台账：哪些该减、怎么减、减了以后怎样。",
        "description_en": "Forms, meetings, chat groups and ledgers: what to cut, how, and what came of it.",
        "unit": "region_dept",
        "pre_moderated": True,
    },
    {
        "slug": "study",
        "title": "组工论坛",
        "title_en": "Craft Forum",
        "description": "业务怎么做得更好：调研、写作、档案、考察、带新人。",
        "description_en": "Doing the work better: field visits, writing, archives, evaluation, training.",
        "unit": "dongchuan",
        "pre_moderated": True,
    },
    {
        "slug": "chat",
        "title": "茶水间",
        "title_en": "Tea Room",
        "description": "工作之外的事。发出来就看得见，请像在办公室里一样说话。",
        "description_en": "Everything besides work. Posts appear at once; please speak as you would in the office.",
        "unit": "region_dept",
        "pre_moderated": False,
    },
)
REVIEWERS = ("moderator", "chief_moderator")
REASONS = {"rejected": "off_topic"}


@dataclass
class Discussion:
    """Builds rows thread by thread."""

    people: Organisation
    boards: dict[str, Board]
    chance: random.Random
    now: datetime
    bulk: Bulk
    events: list[dict[str, Any]] = field(default_factory=list)
    cooked: dict[tuple[str, str], str] = field(default_factory=dict)

    def thread(self, source: dict[str, Any], copy: int) -> None:
        """One thread with its posts; `copy` 0 is the thread as written."""
        board = self.boards[source["board"]]
        began = self._moment(source)
        title = source["title"] if copy == 0 else f"{source['title']}（续 {copy}）"
        thread_id = self.bulk.number(Thread)
        posts = [source, *source.get("post", [])]
        told = [
            self._post(board, thread_id, title, number, one, self._at(began, one), posts)
            for number, one in enumerate(posts, 1)
        ]
        public = [moment for moment in told if moment is not None]
        self.bulk.add(
            Thread,
            id=thread_id,
            board_id=board.id,
            author_id=self.people.people[source["author"]],
            title=title,
            created_at=began,
            published_at=told[0],
            last_post_at=max(public, default=None) if told[0] else None,
            post_count=len(public),
            last_number=max((n for n, moment in enumerate(told, 1) if moment), default=0),
            next_number=len(posts) + 1,
            is_locked=False,
        )

    def _moment(self, source: dict[str, Any]) -> datetime:
        """The days of the content, spread from the campaign's first day to yesterday."""
        hour, minute = map(int, source["time"].split(":"))
        ago = round(23 - source["day"] * 22 / _last_day())
        day = clock.today() - timedelta(days=max(1, ago))
        moment = clock.start_of(day) + timedelta(hours=hour, minutes=minute)
        if source.get("state") == "pending":
            return self.now - timedelta(minutes=self.chance.randint(15, 400))
        return min(moment, self.now - timedelta(hours=3))

    def _at(self, began: datetime, post: dict[str, Any]) -> datetime:
        if post.get("state") in ("pending", "returned"):
            return max(began, self.now - timedelta(minutes=self.chance.randint(20, 600)))
        return min(
            began + timedelta(minutes=post.get("after", 0)), self.now - timedelta(minutes=37)
        )

    def _post(
        self,
        board: Board,
        thread_id: int,
        title: str,
        number: int,
        post: dict[str, Any],
        at: datetime,
        posts: list[dict[str, Any]],
    ) -> datetime | None:
        """One post; the moment when it became public, None when it is not."""
        state = post.get("state", "published")
        author_id = self.people.people[post["author"]]
        post_id, revision_id = self.bulk.number(Post), self.bulk.number(Revision)
        wording = self._wording(post, title if number == 1 else None, posts)
        self.bulk.add(
            Revision,
            id=revision_id,
            subject_kind=Post.kind,
            subject_id=post_id,
            number=1,
            author_id=author_id,
            state=state,
            created_at=at,
            version=1,
            **wording.columns(),
        )
        decided_at = at
        if board.pre_moderated:
            decided_at = self._review(
                board, post_id, revision_id, author_id, title, wording, at, post
            )
        else:
            facts = {"place": board.key}
            self._note(
                "moderation:revision", revision_id, "exempt", author_id, "draft", at, None, facts
            )
            self.bulk.add(Decision, revision_id=revision_id, verb="exempt", decided_at=at)
        is_public = state == "published"
        self.bulk.add(
            Post,
            id=post_id,
            thread_id=thread_id,
            board_id=board.id,
            number=number,
            author_id=author_id,
            public_revision_id=revision_id if is_public else None,
            latest_revision_id=revision_id,
            created_at=at,
            published_at=decided_at if is_public else None,
        )
        if not is_public:
            return None
        for row in search.rows(
            Post.kind, post_id, title, plain(wording.body_html), at, board.scope
        ):
            self.bulk.add(search.SearchEntry, **row)
        return decided_at

    def _wording(
        self, post: dict[str, Any], title: str | None, posts: list[dict[str, Any]]
    ) -> Wording:
        body, body_format = post["body"].strip(), post["format"]
        quoted = post.get("quote")
        if quoted and body_format == "plain":
            said = plain(self._cooked(posts[quoted - 1]["body"], posts[quoted - 1]["format"]))
            first = next(line for line in said.split("\n") if len(line) > 8)
            body = f"> {first[:60]}{'……' if len(first) > 60 else ''}\n\n{body}"
        return Wording(title, body, body_format, self._cooked(body, body_format))

    def _cooked(self, body: str, body_format: str) -> str:
        key = (body.strip(), body_format)
        if key not in self.cooked:
            self.cooked[key] = cook(*key)  # type: ignore[arg-type]
        return self.cooked[key]

    def _review(
        self,
        board: Board,
        post_id: int,
        revision_id: int,
        author_id: int,
        title: str,
        wording: Wording,
        at: datetime,
        post: dict[str, Any],
    ) -> datetime:
        """The queue item of a post, and the decision unless it waits."""
        state = post.get("state", "published")
        is_waiting = state == "pending"
        minutes = self.chance.choice((9, 14, 22, 35, 41, 58, 76, 95, 130, 190))
        closed_at = min(at + timedelta(minutes=minutes), self.now - timedelta(minutes=1))
        due_at = office_hours.due_after(at, current_app.config["SERVICE_HOURS"])
        item_id = self.bulk.add(
            QueueItem,
            subject_kind=Post.kind,
            subject_id=post_id,
            revision_id=revision_id,
            author_id=author_id,
            unit_id=board.unit_id,
            place=board.key,
            heading=title,
            excerpt=excerpt(wording.body_html, EXCERPT),
            reason="pre_moderated",
            plea="",
            state="open" if is_waiting else "decided",
            opened_at=at,
            due_at=due_at,
            escalation="",
            closed_at=None if is_waiting else closed_at,
            version=1,
        )
        self._note("moderation:revision", revision_id, "submit", author_id, "draft", at)
        if is_waiting:
            return at
        verb = {"published": "approve", "returned": "return", "rejected": "reject"}[state]
        by, role = self._reviewer(author_id)
        code = REASONS.get(state)
        facts = {"item": item_id, "reason": code, "content": wording.digest}
        self._note("moderation:revision", revision_id, verb, by, "pending", closed_at, state, facts)
        facts = {"decision": verb, "revision": revision_id, "reason": code, "role": role}
        facts |= _facts(board, at, due_at, closed_at)
        self._note("moderation:item", item_id, "decide", by, "open", closed_at, "decided", facts)
        self.bulk.add(
            Decision,
            item_id=item_id,
            revision_id=revision_id,
            verb=verb,
            reason_code=code,
            explanation=post.get("reason", ""),
            decided_by_id=by,
            decided_as=role,
            decided_at=closed_at,
        )
        return closed_at

    def _reviewer(self, author_id: int) -> tuple[int, str]:
        """Somebody who reviews and is not the author, and as what."""
        return next(
            (self.people.people[name], name)
            for name in self.chance.sample(REVIEWERS, 2)
            if self.people.people[name] != author_id
        )

    def _note(
        self,
        kind: str,
        subject_id: int,
        verb: str,
        actor_id: int,
        before: str,
        at: datetime,
        after: str | None = None,
        facts: dict[str, Any] | None = None,
    ) -> None:
        self.events.append(
            {
                "kind": kind,
                "subject_id": subject_id,
                "verb": verb,
                "actor_id": actor_id,
                "before": before,
                "after": after or {"submit": "pending", "exempt": "published"}[verb],
                "facts": facts or {},
                "at": at.replace(microsecond=0),
            }
        )

    def record(self) -> None:
        """Write the collected events into the journal, in the order in which they happened."""
        self.events.sort(key=lambda event: event["at"])
        journal.append_all(self.events)
        self.events.clear()


def _facts(board: Board, at: datetime, due_at: datetime, closed_at: datetime) -> dict[str, Any]:
    """What the journal keeps of a decided item, as moderation/facts.py says."""
    return {
        "place": board.key,
        "subject": Post.kind,
        "why": "pre_moderated",
        "unit": board.unit_id,
        "opened": int(at.timestamp()),
        "due": int(due_at.timestamp()),
        "closed": int(closed_at.timestamp()),
        "escalated": 0,
    }


@cache
def _last_day() -> int:
    """The last day on which the content opens a thread that everybody reads."""
    threads = [one for name in FILES for one in reading.table(name)["thread"]]
    return max(one["day"] for one in threads if one.get("state", "published") == "published")


def fill(people: Organisation) -> None:
    """Insert the boards; the threads come by `multiply`."""
    db.session.execute(
        insert(Board),
        [
            {
                **{name: value for name, value in board.items() if name != "unit"},
                "unit_id": people.units[str(board["unit"])],
                "order": order,
            }
            for order, board in enumerate(BOARDS)
        ],
    )


def multiply(people: Organisation, first: int, last: int) -> None:
    """Insert the copies `first` to `last` (exclusive) of every thread; copy 0 is as written."""
    boards = {board.slug: board for board in db.session.scalars(select(Board))}
    sources = [one for name in FILES for one in reading.table(name)["thread"]]
    bulk = Bulk(Thread, Revision, Post, QueueItem, Decision, search.SearchEntry)
    discussion = Discussion(people, boards, random.Random(first), clock.now(), bulk)
    copies = range(first, last)
    with click.progressbar(copies, label="discussion", hidden=len(copies) < 3) as shown:
        for copy in shown:
            for source in sources:
                discussion.thread(source, copy)
            discussion.bulk.write()
            if len(discussion.events) > 50_000:
                discussion.record()
    discussion.bulk.end()
    discussion.record()
    _count(boards)


def _count(boards: dict[str, Board]) -> None:
    for board in boards.values():
        count = select(db.func.count()).where(
            Thread.board_id == board.id, Thread.published_at.is_not(None)
        )
        db.session.execute(
            update(Board).where(Board.id == board.id).values(thread_count=count.scalar_subquery())
        )
