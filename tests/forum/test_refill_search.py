"""`search check` and `search rebuild`: an index that is not right is told and put right."""

from __future__ import annotations

from typing import Any

from click.testing import Result
from flask import Flask
from sqlalchemy import delete, insert, select

from core import clock, search
from core.db import db
from core.search import SearchEntry
from forum.models import Post
from tests.boards import Forum
from tests.forum.test_follow import work
from tests.people import Cast, Visitor
from tests.surveys.conftest import Desk


def entries(app: Flask) -> list[Any]:
    """The index, apart from its numbers and the order of marks."""
    with app.app_context():
        rows = db.session.scalars(select(SearchEntry)).all()
        return sorted(
            (one.kind, one.subject_id, one.piece, one.scope, one.title, one.body, one.at)
            for one in rows
        ) + sorted(" ".join(sorted(one.tokens.split())) for one in rows)


def run(app: Flask, what: str) -> Result:
    return app.test_cli_runner().invoke(args=["search", what])


def spoil(app: Flask, gone: int, stale: int, alien: int) -> None:
    """What an earlier program may have left: a text missing, one indexed otherwise, one too many."""
    with app.app_context():
        mine = (SearchEntry.kind == Post.kind, SearchEntry.subject_id == str(stale))
        found = select(SearchEntry.__table__).where(*mine, SearchEntry.piece == 0)
        old = dict(db.session.execute(found).mappings().one())
        db.session.execute(delete(SearchEntry).where(SearchEntry.subject_id == str(gone)))
        db.session.execute(delete(SearchEntry).where(*mine))
        db.session.execute(insert(SearchEntry), [old | {"tokens": "旧的 写法"}])
        for name, subject in ((Post.kind, alien), ("gone:kind", 3)):
            search.put(name, subject, "多出来的", "没有这一条", clock.now(), "members")
        db.session.commit()


def test_what_is_wrong_is_told_and_mended_and_found_again(
    app: Flask, cast: Cast, forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = forum.published(cadre, moderator, title="台账怎么减", body="字" * 9000)
    reply = forum.reply(cadre2, thread, "报表少一半。")
    forum.approve(moderator, reply)
    work(app)  # what follows a decision, the mark of an answered thread among it
    waiting = forum.post(forum.start(cadre, "还在等审的主题"))
    Desk(app, cast).make(slug="open")
    Desk(app, cast).make(slug="draft", state="draft")
    fresh = entries(app)
    assert {one[0] for one in fresh if isinstance(one, tuple)} == {"forum:post", "surveys:survey"}
    assert run(app, "check").exit_code == 0
    spoil(app, gone=reply, stale=forum.post(thread), alien=waiting)
    for line in ("2 texts, 1 missing, 1 outdated, 1 orphaned", f"orphaned: {waiting}"):
        said = run(app, "check")
        assert said.exit_code == 1
        assert line in said.output
    assert "gone:kind: 0 texts, 0 missing, 0 outdated, 1 orphaned" in said.output
    assert entries(app) != fresh  # to check changes nothing
    assert run(app, "rebuild").exit_code == 0
    assert entries(app) == fresh
    assert run(app, "check").exit_code == 0
    page = cadre.get("/search?q=报表&board=dajiatan").text
    assert f"/posts/{reply}" in page


def test_only_what_is_wrong_is_written(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    ids = [forum.post(forum.start(cadre, f"第 {n} 件事", board="chat")) for n in range(5)]
    with app.app_context():
        before = dict(db.session.execute(select(SearchEntry.subject_id, SearchEntry.id)).all())
        db.session.execute(delete(SearchEntry).where(SearchEntry.subject_id == str(ids[2])))
        db.session.commit()
    assert "5 texts, 1 missing, 0 outdated, 0 orphaned, mended" in run(app, "rebuild").output
    with app.app_context():
        after = dict(db.session.execute(select(SearchEntry.subject_id, SearchEntry.id)).all())
        assert {one for one in after if after[one] != before[one]} <= {str(ids[2])}
    assert run(app, "check").exit_code == 0
