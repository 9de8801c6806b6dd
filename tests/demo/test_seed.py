"""The demo, multiplied: the same rows every time, whole whenever it is stopped, every count right."""

from __future__ import annotations

import re
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm.attributes import set_committed_value

from accounts.models import Person, Unit
from app import create_app
from core import journal, search
from core.db import db
from core.text import plain
from demo import discussion, files, reading, words
from demo.discussion import Discussion
from demo.letters import WAYS
from forum.models import Board, Post, Thread
from letters.models import Letter
from moderation import Revision
from moderation.models import Decision, QueueItem
from surveys.models import ResultSnapshot, Survey, SurveyResponse
from tests.demo.conftest import SCALE, new_site, seed
from tests.demo.rows import checksums
from tests.forum.test_invariants import check
from tests.people import Cast
from tests.serving import start

COPY = 307  # posts as written
# Posts of the first copy alone: those that meet the demo's rules about words, or quote and name,
# and what is said on boards that are not for everybody.
ONCE = {post["body"] for post in reading.table("terms")["post"]}
CLOSED = [
    text["body"].strip()
    for thread in reading.table("closed_boards")["thread"]
    for text in (thread, *thread.get("post", ()))
]
ONCE |= set(CLOSED)
ONCE |= {said for _who, _ago, said in words.REPLIES}
ONCE |= {said.format(2 * n + 1) for n, (*_where, said, _files) in enumerate(files.REPLIES)}


def count(model: type, *conditions: sa.ColumnElement[bool]) -> int:
    found = sa.select(sa.func.count()).select_from(model).where(*conditions)
    return db.session.scalar(found) or 0


def test_as_many_as_promised(seeded: Flask) -> None:
    with seeded.app_context():
        assert count(Unit) >= 15
        assert count(Person) >= 60
        assert count(Board) == 6
        assert count(Thread) >= 40 * SCALE
        assert count(Post) == COPY * SCALE + len(ONCE)
        states = set(db.session.scalars(sa.select(Letter.state)))
        assert states == set(WAYS) and len(states) == 12
        assert count(Letter) == 12
        assert count(QueueItem, QueueItem.closed_at.is_(None)) >= 8
        given = Counter(db.session.scalars(sa.select(SurveyResponse.survey_id)))
        assert len(given) == count(Survey) == 5
        assert all(20 <= number <= 200 for number in given.values())


def test_every_count_equals_a_recount(seeded: Flask) -> None:
    with seeded.app_context():
        check()
        given = Counter(db.session.scalars(sa.select(SurveyResponse.survey_id)))
        for snapshot in db.session.scalars(sa.select(ResultSnapshot)):
            assert snapshot.response_count == given[snapshot.survey_id]


def test_the_journal_holds(seeded: Flask) -> None:
    with seeded.app_context():
        assert list(journal.verify()) == []


def test_the_journal_tells_every_state(seeded: Flask) -> None:
    """As `record.advance` would have told it."""
    with seeded.app_context():
        for model in (Revision, QueueItem):
            told = {
                int(event.subject_id): event.after
                for event in db.session.scalars(
                    sa.select(journal.JournalEvent)
                    .where(journal.JournalEvent.kind == model.kind)
                    .order_by(journal.JournalEvent.id)
                )
            }
            kept = {
                row.id: row.state for row in db.session.execute(sa.select(model.id, model.state))
            }
            waiting = {id for id, state in kept.items() if state == "open"}
            assert kept == {**dict.fromkeys(waiting, "open"), **told}


def test_a_decision_is_nobodys_own(seeded: Flask) -> None:
    with seeded.app_context():
        assert count(Decision) > 290 * SCALE
        own = (
            sa.select(Decision.id)
            .join(Decision.revision)
            .where(Decision.decided_by_id == Revision.author_id)
        )
        assert db.session.scalars(own).all() == []


def test_the_index_is_as_search_makes_it(seeded: Flask) -> None:
    """The seed puts together what `search.rows` would make of the published words."""
    with seeded.app_context():
        found = (
            sa.select(search.SearchEntry, Post)
            .join(Post, sa.cast(Post.id, sa.String) == search.SearchEntry.subject_id)
            .where(search.SearchEntry.kind == Post.kind)
        )
        rows = db.session.execute(found).all()
        assert len(rows) > 290 * SCALE
        for entry, post in rows:
            revision = db.session.get_one(Revision, post.public_revision_id)
            if revision.body in ONCE:
                continue
            thread = db.session.get_one(Thread, post.thread_id)
            words = plain(revision.body_html)
            scope = f"board:{thread.board_id}"
            set_committed_value(post, "thread", thread)
            made = search.rows(
                *(Post.kind, post.id, thread.title, words, post.created_at, scope),
                marks=post._marks(),
                is_titled=post.is_opening,
            )
            assert len(made) == 1
            kept = {name: getattr(entry, name) for name in made[0]}
            assert kept == {**made[0], "id": search.place(post.created_at, post.id)}


def test_what_waits_is_found_by_nobody(seeded: Flask) -> None:
    """Copies tell the same words in public: found are those, and what waits is not among them."""
    with seeded.app_context():
        waiting = db.session.execute(
            sa.select(Post.id, Revision.body)
            .join(Revision, Revision.id == Post.latest_revision_id)
            .where(Post.public_revision_id.is_(None))
        ).all()
        ids = {str(row.id) for row in waiting}
        open_items = db.session.scalars(
            sa.select(QueueItem.subject_id)
            .join(QueueItem.revision)
            .where(
                QueueItem.closed_at.is_(None),
                QueueItem.subject_kind == Post.kind,
                Revision.state == "pending",
            )
        )
        assert {str(one) for one in open_items} < ids
        assert len(ids) >= 12
    cast = Cast(seeded)
    with seeded.test_request_context():
        username = sa.select(Person.id).where(Person.username == "delegate")
        cast.ids["delegate"] = db.session.scalars(username).one()
        reader = cast.person("delegate")
        for row in waiting:
            if row.body in ONCE:
                continue
            own = re.sub(r"(?m)^>.*$", "", row.body)
            sentence = max(re.split(r"\W+", own), key=len)[:20]
            urls = {hit.url for hit in search.find(sentence, reader).rows}
            assert len(urls) == SCALE - 1
            assert not {f"/posts/{one}" for one in ids} & urls


def test_every_text_says_something_else(seeded: Flask) -> None:
    """In the content as written; the copies tell it again under titles of their own."""
    with seeded.app_context():
        posts = Revision.subject_kind == Post.kind
        bodies = Counter(db.session.scalars(sa.select(Revision.body).where(posts)))
        assert bodies.keys() > ONCE
        for body in ONCE:
            del bodies[body]
        assert len(bodies) == COPY
        assert set(bodies.values()) == {SCALE}
        titles = list(db.session.scalars(sa.select(Thread.title)))
        assert len(set(titles)) == len(titles)
        openings = Counter(body[:12] for body in bodies)
        assert openings.most_common(1)[0][1] <= 3
        assert sum(map(len, bodies)) / len(bodies) > 100
        sentences = Counter(
            one for body in bodies for one in re.split("[。？！\n]", body) if len(one) > 12
        )
        repeated = {one: times for one, times in sentences.items() if times > 5}
        assert repeated == {}


def test_stopped_and_resumed_gives_the_same_rows(
    seeded: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped in the middle of the second batch, told so, whole; then gone on with."""
    with seeded.app_context():
        expected = checksums()
    kind = db_kind(seeded)
    monkeypatch.setattr(discussion, "BATCH", 1)
    write = Discussion.write

    def stop(self: Discussion, batch: range) -> None:
        write(self, batch)
        if batch.start == 1:
            raise KeyboardInterrupt

    with new_site(kind, tmp_path, "resumed") as app:
        with monkeypatch.context() as stopping:
            stopping.setattr(Discussion, "write", stop)
            stopped = seed(app, SCALE)
        assert stopped.exit_code == 1
        assert f"Stopped. The discussion is there 1 of {SCALE} times and whole" in stopped.output
        with app.app_context():
            assert count(Post) == COPY + len(ONCE)
            check()
            assert list(journal.verify()) == []
            db.session.remove()
        resumed = seed(app, SCALE)
        assert resumed.exit_code == 0, resumed.output
        assert f"the discussion is there {SCALE} times" in resumed.output
        with app.app_context():
            assert checksums() == expected


@pytest.mark.slow
def test_ctrl_c_tells_how_far_it_came(tmp_path: Path) -> None:
    """The real command, broken off in the middle of whatever it does."""
    scale = 60
    process = start(tmp_path, "seed", "--scale", str(scale), SECRET_KEY="")
    assert process.stdout is not None
    assert "of the discussion: 1 of 1" in process.stdout.readline()
    assert "of the discussion: 17 of 60" in process.stdout.readline()
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    told = re.search(r"Stopped\. The discussion is there (\d+) of 60 times and whole", said)
    assert told is not None, said
    assert "Traceback" not in said
    app = create_app({"SECRET_KEY": "", "DATA_DIR": str(tmp_path), "DATABASE_URL": ""})
    with app.app_context():
        assert count(Post) == COPY * int(told[1]) + len(ONCE)
        assert list(journal.verify()) == []
        db.session.remove()
        db.engine.dispose()


def db_kind(app: Flask) -> str:
    with app.app_context():
        return db.engine.dialect.name


def test_a_second_run_adds_nothing(seeded: Flask) -> None:
    with seeded.app_context():
        before = checksums()
    result = seed(seeded, 2)
    assert result.output.endswith(f"the discussion is there {SCALE} times\n")
    with seeded.app_context():
        assert checksums() == before


def test_a_scale_below_one_is_refused(seeded: Flask) -> None:
    result = seed(seeded, 0)
    assert result.exit_code == 2
    assert "not in the range" in result.output


def test_two_at_once_do_not_mix(seeded: Flask) -> None:
    """Whoever comes second finds other copies than it counted on, and writes none."""
    with seeded.app_context():
        people = discussion.Organisation.read()
        boards = {board.slug: board for board in db.session.scalars(sa.select(Board))}
        late = Discussion(people, boards, [])
        with pytest.raises(discussion.click.ClickException, match="Another command"):
            late.write(range(1, 2))
        db.session.rollback()


def test_people_may_write_between_two_runs(tmp_path: Path) -> None:
    """Their threads are not counted for copies, and their numbers are not used again."""
    with new_site("sqlite", tmp_path, "between") as app:
        assert seed(app, 1).exit_code == 0
        with app.app_context():
            board = db.session.scalars(sa.select(Board)).first()
            assert board is not None
            for _ in range(50):
                db.session.add(Thread(board_id=board.id, author_id=1, title="我们自己的话题"))
            db.session.commit()
        assert "there 2 times" in seed(app, 2).output
        with app.app_context():
            assert count(Post) == 2 * COPY + len(ONCE)


@pytest.mark.slow
def test_a_hundred_thousand_posts_hold(tmp_path: Path) -> None:
    scale = -(-100_000 // COPY)
    with new_site("sqlite", tmp_path, "large") as app:
        result = seed(app, scale)
        assert result.exit_code == 0, result.output
        with app.app_context():
            assert count(Post) == COPY * scale + len(ONCE)
            check()
            assert list(journal.verify()) == []
