"""The path that serves files: no cookie, whom it was signed for, what they may read just now."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import pytest
from flask import Flask

from accounts.models import Person
from core import clock, file_links
from core.attachments import Attachment
from core.db import db
from core.jobs import run_one
from core.storage import Bucket, Folder
from moderation.purging import Purge
from moderation.seal import Seal
from tests.boards import Forum
from tests.conftest import counted, needed
from tests.core.test_attachments import s3  # noqa: F401  a fixture
from tests.files import FILE, PDF, addresses, picture, start
from tests.people import Cast, Visitor


def own(address: str) -> str:
    """The file's own address, out of a signed one."""
    return "/".join(address.split("/")[:3])


WHY = {"explanation": "里面可能有涉密内容。", "sure": "y"}


def newest(app: Flask) -> int:
    """The number of the file that came last."""
    with app.app_context():
        return db.session.scalar(db.select(db.func.max(Attachment.id))) or 0


def signed_for(app: Flask, cast: Cast, username: str | None) -> str:
    """What a page would hand to a reader of the newest file, whether or not they may read it."""
    file = newest(app)
    with app.test_request_context():
        reader = cast.person(username) if username else app.login_manager.anonymous_user()  # type: ignore[attr-defined]
        return file_links.address(db.session.get_one(Attachment, file).note, reader)


def served(app: Flask, cast: Cast, *names: str | None) -> set[str | None]:
    """To whom the bytes are served at addresses of their own."""
    found = set()
    for name in names:
        address = signed_for(app, cast, name)
        answer = app.test_client().get(address)
        if answer.status_code == 200:
            found.add(name)
        else:
            assert (answer.status_code, answer.location) == (302, own(address))
            assert PDF not in answer.data
    return found


def _work(app: Flask) -> None:
    """What the worker has to do now."""
    with app.app_context():
        while run_one():
            pass


def test_page_signs_without_a_statement_and_each_reader_for_themselves(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor
) -> None:
    bare = forum.start(cadre, board="chat")
    files = [FILE, *((picture(size=(n, 9)), f"{n}.png") for n in range(5, 14))]
    thread = start(forum, cadre, *files, board="chat")
    counts = []
    for one in (bare, thread):
        cadre2.get(f"/threads/{one}")
        with counted(app) as seen:
            page = cadre2.get(f"/threads/{one}")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 6
    found = addresses(page)
    assert len(found) == 10
    assert {one.split("/")[3].partition(".")[0] for one in found} == {str(cast.id("cadre2"))}
    theirs = addresses(cadre.get(f"/threads/{thread}"))
    assert {one.split("/")[3].partition(".")[0] for one in theirs} == {str(cast.id("cadre"))}
    assert re.search(r'<img src="/files/[^>]* width="5" height="9" loading="lazy"', page.text)


def test_address_serves_without_a_cookie_and_with_safe_headers(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor
) -> None:
    thread = start(forum, cadre, FILE, (picture(), "图.png"), board="chat")
    shown, file = addresses(cadre2.get(f"/threads/{thread}"))
    answers = []
    for client in (app.test_client(), cast.visitor("minister").client):
        with counted(app) as seen:
            answers.append(client.get(file))
        assert len(seen) <= 4, seen
    for answer in answers:
        headers = answer.headers
        assert (answer.status_code, answer.data) == (200, PDF)
        assert headers["Content-Type"] == "application/pdf"
        assert headers["Content-Disposition"].startswith(
            f'attachment; filename="{newest(app) - 1}.pdf"; '
        )
        assert "filename*=UTF-8''%E4%BC%9A" in headers["Content-Disposition"]
        assert headers["Content-Security-Policy"].endswith("sandbox")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "private, no-cache"
        assert "Set-Cookie" not in headers
        assert "Cookie" not in headers.get("Vary", "")
    picture_ = app.test_client().get(shown)
    assert picture_.headers["Content-Disposition"].startswith("inline; ")
    assert picture_.headers["Content-Type"] == "image/png"
    client, tag = app.test_client(), answers[0].headers["ETag"]
    assert client.get(file, headers={"If-None-Match": tag}).status_code == 304
    part = client.get(file, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, PDF[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(PDF)}"
    head = client.head(file)
    assert (head.status_code, head.data, head.content_length) == (200, b"", len(PDF))


def test_what_is_not_proven_serves_nothing(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = start(forum, cadre)  # waits: the author and reviewers read it
    (mine,) = addresses(cadre.get(f"/threads/{thread}"))
    reader, window, mark = mine.split("/")[3].split(".")
    other = str(cast.id("cadre2"))
    forged = [
        f"{other}.{window}.{mark}",
        f"0.{window}.{mark}",
        f"{reader}.{int(window) + 1}.{mark}",
        f"{reader}.{window}.{mark[:-1]}{'0' if mark[-1] != '0' else '1'}",
        f"{reader}.{window}.",
        f"{reader}.{window}.{mark.upper()}",
        f"0{reader}.{window}.{mark}",
        "x",
        "9" * 4000,
    ]
    here, file = own(mine), newest(app)
    paths = [f"{here}/{token}/1.pdf" for token in forged]
    paths += [mine.replace(here, f"/files/{number}") for number in (file + 1, 9**20)]
    with counted(app) as seen:
        for path in paths:
            assert app.test_client().get(path).status_code == 302, path
    assert not seen  # what is forged asks no database
    assert served(app, cast, "cadre", "cadre2", "moderator", "moderator2", None) == {
        *("cadre", "moderator"),
    }
    # Each may ask at the file's own address, with a cookie.
    assert cadre.get(here).status_code == 302
    assert cadre2.get(here).status_code == 404
    assert cadre2.get(f"/files/{file + 1}").status_code == 404
    assert app.test_client().get(here).location.startswith("/login")
    with clock.travel(clock.now() + timedelta(seconds=2 * file_links.WINDOW)):
        late = app.test_client().get(mine)
        assert (late.status_code, late.location) == (302, here)
        assert cadre.get(here, follow_redirects=True).data == PDF
    with app.app_context():
        db.session.get_one(Person, cast.id("cadre")).is_active = False
        db.session.commit()
    assert app.test_client().get(mine).status_code == 302


def test_file_is_served_as_its_text_is_read(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    names = ("cadre", "cadre2", "moderator", "moderator2", "chief_moderator", None)
    reviewed = {"cadre", "moderator", "chief_moderator"}
    everybody = reviewed | {"cadre2", "moderator2"}
    post = forum.post(start(forum, cadre))

    def now() -> set[str | None]:
        return served(app, cast, *names)

    assert now() == reviewed
    forum.decide(moderator, "return", post, explanation="请换一个附件。")
    assert now() == reviewed
    edit = {"title": "带附件的主题", "body": "换过了。", "file": str(newest(app))}
    assert cadre.post(f"/posts/{post}/edit", edit).status_code == 302
    forum.approve(moderator, post)
    assert now() == everybody
    hide = {"reason": "other", "explanation": "先看一看。"}
    assert moderator.post(f"/posts/{post}/hide", hide).status_code == 302
    assert now() == reviewed
    forum.decide(chief, "approve", post)
    cadre.post(f"/posts/{post}/appeal", {"explanation": "附件没有问题。"})
    forum.decide(chief, "overturn", post, explanation="没有问题。")
    assert now() == everybody
    assert moderator.post(f"/posts/{post}/seal", WHY).status_code == 302
    assert now() == set()
    assert cadre.get(f"/files/{newest(app)}").status_code == 404
    _work(app)
    closing = {"explanation": "没有涉密内容。"}
    seal = forum.newest(Seal)
    assert chief.post(f"/moderation/seals/{seal}/unseal", closing).status_code == 302
    assert now() == everybody
    cover = {"passages": "换过", "explanation": "遮盖。", "revision": str(forum.latest(post))}
    without = {"title": "带附件的主题", "body": "没有附件了。"}
    assert (
        cadre.post(f"/posts/{post}/edit", {**without, "file_drop": str(newest(app))}).status_code
        == 302
    )
    assert now() == everybody  # the version with it is still the public one
    forum.approve(moderator, post)
    assert now() == everybody  # and stands in the history
    cover = {"passages": "附件", "explanation": "遮盖。", "revision": str(forum.latest(post))}
    assert moderator.post(f"/posts/{post}/redact", cover).status_code == 302
    assert now() == reviewed  # what was before the cover is the author's and the reviewers'


def test_purged_file_is_gone_and_flags_hide_it(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    post = forum.post(start(forum, cadre, board="chat"))
    assert served(app, cast, "cadre2", None) == {"cadre2"}
    mine = signed_for(app, cast, "cadre")
    for name in ("delegate", "supervisor", "expert"):
        flag = {"reason": "abuse", "words": ""}
        assert cast.visitor(name).post(f"/posts/{post}/flag", flag).status_code == 302
    assert served(app, cast, "cadre", "cadre2", "moderator") == {"cadre", "moderator"}
    forum.decide(moderator, "reject", post, reason="other", explanation="不合适。")
    item = forum.item(post)
    assert cadre.post(f"/posts/{post}/withdraw").status_code == 302
    assert served(app, cast, "cadre", "moderator") == {"cadre"}
    assert moderator.post(f"/moderation/{item}/purge", {"explanation": "清除。"}).status_code == 302
    purge = forum.newest(Purge)
    assert chief.post(f"/moderation/purges/{purge}/confirm").status_code == 302
    assert app.test_client().get(mine).location == own(mine)
    assert cadre.get(own(mine)).status_code == 404
    _work(app)
    folder = Path(app.config["DATA_DIR"]) / "files"
    assert not list(folder.glob(f"*/{hashlib.sha256(PDF).hexdigest()}*"))


class Silent(Folder):
    def open(self, name: str) -> IO[bytes]:
        raise PermissionError(name)


def test_missing_bytes_are_told_in_words(
    app: Flask, forum: Forum, cadre: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = start(forum, cadre, board="chat")
    (mine,) = addresses(cadre.get(f"/threads/{thread}"))
    folder = Path(app.config["DATA_DIR"]) / "files"
    monkeypatch.setitem(app.extensions, "dajiatan-storage", Silent(folder))
    away = cadre.get(mine, follow_redirects=True)
    assert away.status_code == 503
    assert "会议记录.pdf" in away.text and "过一会儿再试" in away.text
    monkeypatch.undo()
    for one in folder.glob("*/*"):
        one.unlink()
    gone = cadre.get(mine, follow_redirects=True)
    assert gone.status_code == 404
    assert "会议记录.pdf" in gone.text and "再传一次" in gone.text
    assert (
        app.test_client().get(f"{own(mine)}?failed=gone").status_code == 302
    )  # a stranger: sign in


def test_bucket_serves_through_our_own_path(
    app: Flask,
    forum: Forum,
    cadre: Visitor,
    s3: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    needed("boto3")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "for-tests-only")
    bucket = Bucket("files", s3)
    monkeypatch.setitem(app.extensions, "dajiatan-storage", bucket)
    (mine,) = addresses(cadre.get(f"/threads/{start(forum, cadre, board='chat')}"))
    assert app.test_client().get(mine).data == PDF
    part = app.test_client().get(mine, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, PDF[10:20])
    with app.app_context():
        bucket.delete(db.session.scalars(db.select(Attachment.digest)).one())
    assert cadre.get(mine, follow_redirects=True).status_code == 404
    monkeypatch.setattr(bucket.client, "get_object", _fails)
    assert cadre.get(mine, follow_redirects=True).status_code == 503


def _fails(**_named: Any) -> None:
    from botocore.exceptions import EndpointConnectionError

    raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
