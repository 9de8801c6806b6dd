"""Files beside texts: what is taken, what is refused and why, where the bytes lie."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from werkzeug.datastructures import FileStorage

from core import attachments, clock, images
from core.attachments import Attachment, take
from core.db import db
from core.errors import Conflict
from core.files import FileFault
from core.storage import Bucket, storage
from core.text import cook, plain
from tests.conftest import needed
from tests.people import Cast

PDF = b"%PDF-1.7\n1 0 obj\n"


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **options)
    return out.getvalue()


def archive(*names: str, content: bytes = b"<x/>") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, content)
    return out.getvalue()


def handed_in(name: str, data: bytes) -> FileStorage:
    return FileStorage(io.BytesIO(data), filename=name)


def test_picture_is_redrawn_without_what_nobody_sees(context: Flask, cast: Cast) -> None:
    exif = Image.Exif()
    exif[0x010E] = "GPS-SECRET"
    exif[0x0112] = 6  # held upright
    owner = cast.person("cadre")
    data = picture("JPEG", (3_000, 1_500), exif=exif) + b"<script>alert(1)</script>"
    made = take(handed_in("照片.JPEG", data), owner)
    kept = attachments.content(made)
    assert b"GPS-SECRET" not in kept
    assert b"<script>" not in kept
    assert (made.name, made.file_kind, made.size) == ("照片.jpg", "jpg", len(kept))
    assert (made.width, made.height) == (1_200, 2_400) == Image.open(io.BytesIO(kept)).size
    moving = take(handed_in("a.gif", picture("GIF")), owner)
    assert (moving.name, attachments.content(moving)[:4]) == ("a.png", b"\x89PNG")
    assert take(handed_in("照片.jpeg", data), owner) is made  # brought again: there once


REFUSED = {
    "empty": ("a.png", b""),
    "svg": ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "html": ("a.html", b"<script>1</script>"),
    "html called a picture": ("a.png", b"<script>1</script>"),
    "other ending": ("a.pdf", picture()),
    "broken off": ("a.png", picture(size=(900, 900))[:-60]),
    "no picture": ("a.jpg", b"\xff\xd8\xff\xe0" + b"x" * 200),
    "macros": ("a.docm", archive("word/document.xml")),
    "hidden macros": ("a.docx", archive("word/document.xml", "word/vbaProject.bin")),
    "older macros": (
        "a.doc",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "_VBA_PROJECT".encode("utf-16-le"),
    ),
    "bomb": ("a.xlsx", archive("xl/workbook.xml", content=b"0" * 3_000_000)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_file_for_a_text_is_refused(context: Flask, cast: Cast, name: str) -> None:
    with pytest.raises(FileFault) as refused:
        take(handed_in(*REFUSED[name]), cast.person("cadre"))
    assert str(refused.value)
    assert db.session.scalars(db.select(Attachment)).all() == []


def test_too_large_is_refused_before_it_is_opened(
    context: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, data = cast.person("cadre"), picture()
    monkeypatch.setattr(images, "MOST_PIXELS", 100)
    monkeypatch.setattr(Image.Image, "load", lambda _self: pytest.fail("was opened"))
    with pytest.raises(FileFault):
        take(handed_in("a.png", data), owner)
    monkeypatch.setitem(context.config, "FILE_MB", 0)
    with pytest.raises(FileFault):
        take(handed_in("a.pdf", PDF), owner)
    monkeypatch.setitem(context.config, "FILE_MB", 1)
    monkeypatch.setattr(attachments, "MOST_UNSENT", 1)
    take(handed_in("a.pdf", PDF), owner)
    with pytest.raises(FileFault):
        take(handed_in("b.pdf", PDF), owner)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\temp\\报告.pdf", "报告.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie: x.pdf"),
        ("gpj.\u202efdp.pdf", "gpj.fdp.pdf"),
        (".pdf", "文件.pdf"),
        ("很长" * 100 + ".pdf", ("很长" * 48) + ".pdf"),
    ],
)
def test_name_is_swept(context: Flask, given: str, name: str) -> None:
    assert attachments.name_of(given, "pdf") == name


def test_picture_in_a_text_is_one_of_its_own_files() -> None:
    typed = '<p>看图<img src="/files/{}" alt="{}" width="40" onerror="alert(1)">完</p>'
    shown = '<p>看图<img src="/files/3" alt="一张" width="40">完</p>'
    assert cook(typed.format(3, "一张"), "html", {3}) == shown
    assert cook(shown, "html", {3}) == shown
    assert 'src="/files/3"' in shown
    assert plain(shown) == "看图一张完"
    for source in (4, "3/../4", "3?x=1", " 3", "03"):
        assert cook(typed.format(source, ""), "html", {3}) == "<p>看图完</p>"
    for foreign in ("https://evil.example/3", "//evil.example/files/3", "data:image/png;base64,x"):
        assert cook(f'<p>看图<img src="{foreign}">完</p>', "html", {3}) == "<p>看图完</p>"
    assert cook(shown, "html") == "<p>看图完</p>"
    assert cook('<p>一<a href="/files/3">二</a>\u2029三</p>', "html", {3}).count("files") == 0


class Subject:
    kind = "test:text"

    def __init__(self, id: int, author_id: int) -> None:
        self.id, self.author_id = id, author_id


def test_bytes_lie_as_their_files_stand(
    context: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the open, under seal, gone; the same bytes of another's file stay for it."""
    ids = [cast.id("cadre"), cast.id("cadre2")]  # made before a transaction is open here
    owner, other = cast.person("cadre"), cast.person("cadre2")
    assert [owner.id, other.id] == ids
    mine, theirs = (take(handed_in("a.pdf", PDF), one) for one in (owner, other))
    assert mine.digest == theirs.digest
    assert attachments.may_read(mine, owner) and not attachments.may_read(mine, other)
    attachments.bind([mine.id], Subject(7, owner.id))
    with pytest.raises(Conflict):
        attachments.bind([mine.id], Subject(8, owner.id))
    with pytest.raises(Conflict):
        attachments.bind([theirs.id], Subject(7, owner.id))
    db.session.refresh(mine)
    digest, place = mine.digest, storage()
    monkeypatch.setattr(attachments, "carriers", [lambda _file, _actor: True])
    assert attachments.may_read(mine, other)
    attachments.withhold("test:text", 7)
    assert not attachments.may_read(mine, owner)
    attachments.tend_file(digest)
    assert place.has(digest) and PDF not in place.get(digest + attachments.SEALED)
    theirs.created_at = clock.now() - attachments.KEEP_UNSENT - timedelta(minutes=1)
    attachments.sweep_files()
    attachments.tend_file(digest)
    assert not place.has(digest)
    attachments.release("test:text", 7)
    assert attachments.content(mine) == PDF  # before the worker has put them back
    attachments.tend_file(digest)
    assert place.get(digest) == PDF and not place.has(digest + attachments.SEALED)
    attachments.purge("test:text", 7)
    attachments.tend_file(digest)
    assert not place.has(digest)


class FakeS3(BaseHTTPRequestHandler):
    """As much of S3 as the storage speaks."""

    things: dict[str, bytes] = {}

    def _answer(self, code: int, data: bytes = b"") -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def do_PUT(self) -> None:
        self.things[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200)

    def do_GET(self) -> None:
        found = self.things.get(self.path)
        self._answer(404 if found is None else 200, found or b"")

    do_HEAD = do_GET

    def do_DELETE(self) -> None:
        self.things.pop(self.path, None)
        self._answer(204)

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def s3() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeS3)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_bucket_keeps_what_a_folder_keeps(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    needed("boto3")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "for-tests-only")
    bucket = Bucket("files", s3)
    assert not bucket.has("ab")
    bucket.put("ab", b"bytes")
    assert bucket.has("ab") and bucket.get("ab") == b"bytes"
    bucket.delete("ab")
    bucket.delete("ab")
    with pytest.raises(KeyError):
        bucket.get("ab")


def test_folder_keeps_whole_things_alone(context: Flask, tmp_path: Path) -> None:
    place = storage()
    place.put("ab" * 32, b"bytes")
    folder = Path(context.config["DATA_DIR"]) / "files" / "ab"
    assert [one.name for one in folder.iterdir() if one.name == "ab" * 32] == ["ab" * 32]
    place.delete("ab" * 32)
    assert list(folder.glob("tmp*")) == []
