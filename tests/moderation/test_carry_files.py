"""Files are judged, read, sealed and cleared with the version of a text that carries them."""

from __future__ import annotations

import io

from flask import Flask
from werkzeug.datastructures import FileStorage

from core import attachments
from core.attachments import Attachment
from core.db import db
from core.storage import storage
from forum import writing
from forum.models import Board, Post
from moderation import Wording, submit
from moderation.models import QueueItem, Revision
from moderation.purging import Purge
from moderation.seal import Seal
from tests.boards import Forum
from tests.people import Cast, Visitor

NAME = "秘密附件.pdf"
WHY = {"explanation": "里面可能有涉密内容。", "sure": "y"}


def _bring(app: Flask, cast: Cast) -> tuple[int, int]:
    """A thread of `cadre` with a file, handed in; the ids of the post and of the file."""
    cast.id("cadre")
    with app.app_context():
        author = cast.person("cadre")
        board = db.session.scalars(db.select(Board).filter_by(slug="dajiatan")).one()
        made = attachments.take(FileStorage(io.BytesIO(b"%PDF-1.7\n"), NAME), author)
        wording = Wording.of("请看附件。", title="带附件的主题", files=[made.note])
        post = writing.start(board, wording, author)
        ids = post.id, made.id
        db.session.commit()
    return ids


def _readers(app: Flask, cast: Cast, file: int) -> set[str]:
    names = ("cadre", "cadre2", "moderator", "moderator2", "chief_moderator")
    for name in names:
        cast.id(name)
    with app.app_context():
        found = db.session.get_one(Attachment, file)
        return {name for name in names if attachments.may_read(found, cast.person(name))}


def test_file_is_read_with_the_version_that_carries_it(
    app: Flask, forum: Forum, cast: Cast, moderator: Visitor, chief: Visitor
) -> None:
    reviewed = {"cadre", "moderator", "chief_moderator"}
    everybody = reviewed | {"cadre2", "moderator2"}
    post, file = _bring(app, cast)
    assert _readers(app, cast, file) == reviewed
    with app.app_context():
        assert "file" in db.session.get_one(QueueItem, forum.item(post)).why
    forum.approve(moderator, post)
    assert _readers(app, cast, file) == everybody
    with app.app_context():  # an edit without the file waits beside the public version
        record = Post.for_review(post)
        former = record.latest_revision
        assert former is not None
        without = Wording.of("请看附件。", title="带附件的主题")
        assert without.digest != former.digest
        submit(record, without, cast.person("cadre"))
        db.session.commit()
    assert _readers(app, cast, file) == everybody

    assert moderator.post(f"/moderation/{forum.item(post)}/seal", WHY).status_code == 302
    assert _readers(app, cast, file) == set()
    with app.app_context():
        found = db.session.get_one(Attachment, file)
        digest = found.digest
        attachments.tend_file(digest)
        db.session.commit()
        assert NAME not in found.name
        assert not storage().has(digest)
        assert not any(db.session.scalars(db.select(Revision.files)))
    assert (
        chief.post(
            f"/moderation/seals/{forum.newest(Seal)}/unseal", {"explanation": "没有。"}
        ).status_code
        == 302
    )
    assert _readers(app, cast, file) == everybody
    with app.app_context():
        assert attachments.content(db.session.get_one(Attachment, file)) == b"%PDF-1.7\n"
        assert db.session.get_one(Attachment, file).name == NAME


def test_withdrawn_file_is_its_authors_and_a_purge_takes_it(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    post, file = _bring(app, cast)
    item = forum.item(post)
    forum.decide(moderator, "reject", post, reason="other", explanation="不合适。")
    assert _readers(app, cast, file) == {"cadre", "moderator", "chief_moderator"}
    assert cadre.post(f"/posts/{post}/withdraw").status_code == 302
    assert _readers(app, cast, file) == {"cadre"}
    with app.app_context():  # handed in again without it, the version taken back stays closed
        record = Post.for_review(post)
        submit(record, Wording.of("没有附件。", title="没有附件"), cast.person("cadre"))
        db.session.commit()
    assert _readers(app, cast, file) == {"cadre"}
    assert cadre.post(f"/posts/{post}/withdraw").status_code == 302
    assert moderator.post(f"/moderation/{item}/purge", {"explanation": "清除。"}).status_code == 302
    assert chief.post(f"/moderation/purges/{forum.newest(Purge)}/confirm").status_code == 302
    with app.app_context():
        assert db.session.get(Attachment, file) is None


def test_covered_version_keeps_its_files_and_hides_the_former_picture_text(
    app: Flask, forum: Forum, cast: Cast, moderator: Visitor
) -> None:
    post, _file = _bring(app, cast)
    forum.approve(moderator, post)
    cover = {"passages": "看附件", "explanation": "遮盖。", "revision": str(forum.latest(post))}
    assert moderator.post(f"/posts/{post}/redact", cover).status_code == 302
    with app.app_context():
        latest = db.session.get_one(Revision, forum.latest(post))
        assert [note.name for note in latest.attached] == [NAME]
