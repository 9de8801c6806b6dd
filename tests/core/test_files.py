"""Files that people hand in: what they are is read from their bytes."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage

from core import files
from core.files import FileFault, decoded, receive, sniff

KINDS = {"csv": "text", "xlsx": "xlsx"}


def archive(*names: str, content: bytes = b"<x/>") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, content)
    return data.getvalue()


def handed_in(name: str | None, data: bytes) -> FileStorage:
    return FileStorage(io.BytesIO(data), filename=name)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"\x89PNG\r\n\x1a\n....", "png"),
        (b"\xff\xd8\xff\xe0....", "jpg"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "ole"),
        (archive("xl/workbook.xml"), "xlsx"),
        (archive("word/document.xml"), "docx"),
        (archive("anything.txt"), "zip"),
        (b"PK\x03\x04 not a zip at all", "unknown"),
        ("姓名,用户名\n".encode(), "text"),
        ("姓名,用户名\n".encode("gb18030"), "text"),
        (b"MZ\x90\x00\x03\x00", "unknown"),
        (b"text with a \x00 inside", "unknown"),
        (b"\xff\xfe\xff\xff", "unknown"),
    ],
)
def test_kind_is_what_the_bytes_show(context: Flask, data: bytes, kind: str) -> None:
    assert sniff(data) == kind


def test_archive_that_unpacks_too_large_is_refused(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_UNPACKED", 10_000)
    bomb = archive("xl/workbook.xml", "a", "b", content=b"0" * 4_000)
    assert len(bomb) < 1_000
    with pytest.raises(FileFault):
        sniff(bomb)
    assert sniff(archive("xl/workbook.xml", content=b"0" * 4_000)) == "xlsx"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_is_decoded(encoding: str) -> None:
    assert decoded("大家谈，一二三".encode(encoding)) == "大家谈，一二三"


def test_what_is_no_text_is_not_decoded() -> None:
    assert decoded(b"\xff\xfe\xff\xff") is None


def test_file_is_received_when_it_is_what_it_says(context: Flask) -> None:
    found = receive(handed_in("People.CSV", b"a,b\n"), KINDS)
    assert (found.name, found.kind, found.data) == ("People.CSV", "text", b"a,b\n")
    assert receive(handed_in("a.xlsx", archive("xl/workbook.xml")), KINDS).kind == "xlsx"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (None, b"a,b"),
        ("", b"a,b"),
        ("people.csv", b""),
        ("people.exe", b"a,b"),
        ("people", b"a,b"),
        ("people.csv.html", b"a,b"),
        ("people.xlsx", b"a,b"),
        ("people.csv", archive("xl/workbook.xml")),
        ("people.xlsx", archive("word/document.xml")),
        ("people.csv", b"\x89PNG\r\n\x1a\n"),
    ],
)
def test_other_files_are_refused_with_a_sentence(
    context: Flask, name: str | None, data: bytes
) -> None:
    with pytest.raises(FileFault) as refused:
        receive(handed_in(name, data), KINDS)
    assert str(refused.value)


def test_missing_file_is_refused(context: Flask) -> None:
    with pytest.raises(FileFault):
        receive(None, KINDS)


def test_lying_archive_is_no_surprise(context: Flask) -> None:
    """A zip whose directory is cut off is not taken for a workbook."""
    data = archive("xl/workbook.xml")
    assert sniff(data[: len(data) // 2]) == "unknown"
    assert zlib.crc32(data)  # the bytes themselves were fine
