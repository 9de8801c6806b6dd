"""The demo's boards, threads and posts, with what reviewers decided on them.

The discussion is written copy by copy: copy 0 is the content as it stands, later copies are the
same threads told earlier, so that a site of any size reads like one that has long been used.
Every copy is drawn from its own number alone: how often the command was run changes no row.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import click
from flask import current_app
from sqlalchemy import insert, or_, select, update

from core import clock, journal, office_hours, search
from core.db import db
from core.tokens import marks as tokens_of_marks
from core.tokens import titled, tokens
from forum import marks
from forum.models import Board, Post, Thread
from forum.tags import ThreadTag
from moderation.models import GROUNDS, Decision, QueueItem, Revision

from . import reading, tags
from .bulk import Bulk, hastened
from .organisation import Organisation
from .progress import progress
from .script import Said, Script, scripts

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
VERBS = {"published": "approve", "returned": "return", "rejected": "reject"}
REASONS = {"rejected": "off_topic"}
CONTINUED = "（续 "
STEP = timedelta(minutes=20)  # each copy happened this much before the one it follows
# What waits or came back is there in one copy of so many; in the others it passed long ago.
UNSETTLED_EVERY = 50
BATCH = 16  # copies in a transaction: about 5,000 posts, a few seconds


@dataclass(frozen=True)
class Telling:
    """A thread of one copy while its posts are made."""

    id: int
    board: Board
    title: str
    tokens: str
    began: datetime
    tag_ids: list[int]


@dataclass(frozen=True)
class Written:
    """A post while its review is made."""

    id: int
    revision_id: int
    author_id: int
    state: str
    digest: str
    at: datetime


class Discussion:
    """Builds the rows of whole copies and writes them into the caller's transaction."""

    def __init__(self, people: Organisation, boards: dict[str, Board], told: list[Script]) -> None:
        self.people = people.people
        self.above = people.paths()
        self.boards = boards
        self.scripts = told
        self.now = clock.now().replace(second=0, microsecond=0)
        self.tags = tags.by_thread()
        self.bulk = Bulk(
            *(Thread, ThreadTag, Revision, Post, QueueItem, Decision, search.SearchEntry)
        )
        self.events: list[dict[str, Any]] = []
        self.opening: Written | None = None
        self.thread_counts: Counter[int] = Counter()

    def write(self, batch: range) -> None:
        """Insert these copies with their index, journal and counters."""
        self.bulk.begin()
        if copies() != batch.start:
            raise click.ClickException("Another command is filling this site. Let it end first.")
        for copy in batch:
            self.chance = random.Random(copy)
            self.is_settled = copy % UNSETTLED_EVERY > 0
            for script in self.scripts:
                self._thread(script, copy)
            self.events.sort(key=_moment)
            journal.append_all(self.events)
            self.events.clear()
        self.bulk.end()
        for board_id, count in self.thread_counts.items():
            more = {"thread_count": Board.thread_count + count}
            db.session.execute(update(Board).where(Board.id == board_id).values(more))
        self.thread_counts.clear()

    def _thread(self, script: Script, copy: int) -> None:
        """One thread with its posts; copy 0 is the thread as written."""
        title = script.title if copy == 0 else f"{script.title}{CONTINUED}{copy}）"
        thread = Telling(
            self.bulk.number(Thread),
            self.boards[script.board],
            title,
            tokens(title),
            self._began(script, copy),
            self.tags.get(script.key, []),
        )
        told = [self._post(thread, number, said) for number, said in enumerate(script.texts, 1)]
        self._open(thread, script.texts[0], is_answered=any(told[1:]))
        public = [moment for moment in told if moment is not None]
        self.thread_counts[thread.board.id] += told[0] is not None
        last_post_at = max(public, default=None) if told[0] else None
        for tag_id in thread.tag_ids:
            place = {"board_id": thread.board.id, "last_post_at": last_post_at}
            self.bulk.add(ThreadTag, thread_id=thread.id, tag_id=tag_id, **place)
        self.bulk.add(
            Thread,
            id=thread.id,
            board_id=thread.board.id,
            author_id=self.people[script.texts[0].author],
            title=title,
            created_at=thread.began,
            published_at=told[0],
            last_post_at=last_post_at,
            post_count=len(public),
            last_number=max((n for n, moment in enumerate(told, 1) if moment), default=0),
            next_number=len(told) + 1,
            is_locked=False,
        )

    def _state(self, said: Said) -> str:
        return "published" if self.is_settled else said.state

    def _began(self, script: Script, copy: int) -> datetime:
        """The days of the content, spread from the campaign's first day to yesterday."""
        if self._state(script.texts[0]) == "pending":
            return self.now - timedelta(minutes=self.chance.randint(15, 400))
        moment = clock.start_of(clock.today() - script.ago) + script.time
        return min(moment, self.now - timedelta(hours=3)) - STEP * copy

    def _at(self, began: datetime, said: Said) -> datetime:
        if self._state(said) in ("pending", "returned"):
            return max(began, self.now - timedelta(minutes=self.chance.randint(20, 600)))
        return min(began + said.after, self.now - timedelta(minutes=37))

    def _post(self, thread: Telling, number: int, said: Said) -> datetime | None:
        """One post; the moment when it became public, None when it is not."""
        columns = said.titled(thread.title) if number == 1 else said.columns
        post = Written(
            self.bulk.number(Post),
            self.bulk.number(Revision),
            self.people[said.author],
            self._state(said),
            columns["digest"],
            self._at(thread.began, said),
        )
        is_public = post.state == "published"
        self._revision(post, columns)
        review = self._review if thread.board.pre_moderated else self._exempt
        decided_at = review(thread, post, said)
        self.bulk.add(
            Post,
            id=post.id,
            thread_id=thread.id,
            board_id=thread.board.id,
            number=number,
            author_id=post.author_id,
            public_revision_id=post.revision_id if is_public else None,
            latest_revision_id=post.revision_id,
            created_at=post.at,
            published_at=decided_at if is_public else None,
        )
        if is_public and number > 1:
            self._index(thread, post, said)
        elif is_public:
            self.opening = post
        return decided_at if is_public else None

    def _revision(self, post: Written, columns: dict[str, Any]) -> None:
        self.bulk.add(
            Revision,
            id=post.revision_id,
            subject_kind=Post.kind,
            subject_id=post.id,
            number=1,
            author_id=post.author_id,
            state=post.state,
            created_at=post.at,
            version=1,
            **columns,
        )

    def _open(self, thread: Telling, said: Said, *, is_answered: bool) -> None:
        """The opening post comes into the index when it is known whether anybody answered."""
        post, self.opening = self.opening, None
        if post is not None:
            self._index(thread, post, said, is_opening=True, is_answered=is_answered)

    def _index(
        self,
        thread: Telling,
        post: Written,
        said: Said,
        is_opening: bool = False,
        is_answered: bool = False,
    ) -> None:
        """As `search.rows`, whose tokens of the text are the same in every copy."""
        path = self.above[post.author_id]
        found = marks.of_post(
            *(thread.board.id, post.author_id, path, is_opening, is_answered), thread.tag_ids
        )
        marked = tokens_of_marks([search.kind_mark(Post.kind), *found])
        self.bulk.add(
            search.SearchEntry,
            id=search.place(post.at, post.id),
            kind=Post.kind,
            subject_id=str(post.id),
            piece=0,
            scope=thread.board.scope,
            title=thread.title,
            body=said.words,
            tokens=f"{thread.tokens} {said.tokens}"
            f"{' ' + titled(thread.title) if is_opening else ''} {marked}",
            at=post.at,
        )

    def _exempt(self, thread: Telling, post: Written, _said: Said) -> datetime:
        """On a board that publishes at once."""
        facts = {"place": thread.board.key}
        self._note(Revision, post.revision_id, "exempt", post.author_id, post.at, facts)
        self._decision(post, "exempt", post.at)
        return post.at

    def _review(self, thread: Telling, post: Written, said: Said) -> datetime:
        """The queue item of a post, and the decision unless it waits."""
        is_waiting = post.state == "pending"
        minutes = self.chance.choice((9, 14, 22, 35, 41, 58, 76, 95, 130, 190))
        closed_at = min(post.at + timedelta(minutes=minutes), self.now - timedelta(minutes=1))
        due_at = office_hours.due_after(post.at, current_app.config["SERVICE_HOURS"])
        item_id = self.bulk.add(
            QueueItem,
            subject_kind=Post.kind,
            subject_id=post.id,
            revision_id=post.revision_id,
            author_id=post.author_id,
            unit_id=thread.board.unit_id,
            place=thread.board.key,
            heading=thread.title,
            excerpt=said.excerpt,
            reason="pre_moderated",
            grounds=GROUNDS["pre_moderated"],
            plea="",
            state="open" if is_waiting else "decided",
            opened_at=post.at,
            due_at=due_at,
            escalation="",
            closed_at=None if is_waiting else closed_at,
            version=1,
        )
        self._note(Revision, post.revision_id, "submit", post.author_id, post.at)
        if not is_waiting:
            facts = _facts(thread.board, post.at, due_at, closed_at)
            self._decide(item_id, post, said, closed_at, facts)
        return closed_at

    def _decide(
        self, item_id: int, post: Written, said: Said, at: datetime, told: dict[str, Any]
    ) -> None:
        first = self.chance.randrange(2)
        name = next(
            one
            for one in (REVIEWERS[first], REVIEWERS[1 - first])
            if self.people[one] != post.author_id
        )
        by, verb, code = self.people[name], VERBS[post.state], REASONS.get(post.state)
        facts = {"item": item_id, "reason": code, "content": post.digest}
        self._note(Revision, post.revision_id, verb, by, at, facts)
        facts = {"decision": verb, "revision": post.revision_id, "reason": code, "role": name}
        self._note(QueueItem, item_id, "decide", by, at, facts | told)
        why = "" if verb == "approve" else said.reason
        self._decision(
            post,
            verb,
            at,
            item_id=item_id,
            reason_code=code,
            explanation=why,
            decided_by_id=by,
            decided_as=name,
        )

    def _decision(self, post: Written, verb: str, at: datetime, **by: Any) -> None:
        nobody = {**dict.fromkeys(("item_id", "reason_code", "decided_by_id", "decided_as"))}
        facts = {**nobody, "explanation": "", **by}
        self.bulk.add(Decision, revision_id=post.revision_id, verb=verb, decided_at=at, **facts)

    def _note(
        self,
        model: type[Revision | QueueItem],
        subject_id: int,
        verb: str,
        actor_id: int,
        at: datetime,
        facts: dict[str, Any] | None = None,
    ) -> None:
        """An event of the journal, with the states that the machine knows for the verb."""
        before, after = STATES[model, verb]
        self.events.append(
            {
                "kind": model.kind,
                "subject_id": subject_id,
                "verb": verb,
                "actor_id": actor_id,
                "before": before,
                "after": after,
                "facts": facts or {},
                "at": at,
            }
        )


STATES = {
    (Revision, "submit"): ("draft", "pending"),
    (Revision, "exempt"): ("draft", "published"),
    (Revision, "approve"): ("pending", "published"),
    (Revision, "return"): ("pending", "returned"),
    (Revision, "reject"): ("pending", "rejected"),
    (QueueItem, "decide"): ("open", "decided"),
}


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


def _moment(happened: dict[str, Any]) -> Any:
    return happened["at"]


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


def copies() -> int:
    """How many times the discussion is there, as the newest copy of its first thread says."""
    first = reading.table(FILES[0])["thread"][0]["title"]
    newest = db.session.scalar(
        select(Thread.title)
        .where(or_(Thread.title == first, Thread.title.startswith(f"{first}{CONTINUED}")))
        .order_by(Thread.id.desc())
        .limit(1)
    )
    if newest is None:
        return 0
    return int(newest.removeprefix(first).strip(f"{CONTINUED}）") or 0) + 1


def multiply(people: Organisation, first: int, last: int) -> None:
    """Insert the copies `first` to `last` (exclusive) of every thread.

    Commits after each batch: whenever the command is ended, what is there is whole.
    """
    told = scripts(FILES)
    with hastened(), progress("copies of the discussion", first, last) as show:
        boards = {board.slug: board for board in db.session.scalars(select(Board))}
        discussion = Discussion(people, boards, told)
        for start in range(first, last, BATCH):
            batch = range(start, min(start + BATCH, last))
            discussion.write(batch)
            db.session.commit()
            show(batch.stop)
