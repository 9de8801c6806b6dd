"""Addresses of files that a page hands to its reader: they name the file, the reader and a time.

The path of an address looks at no cookie, so that nothing a file might do could use one. Instead
the page, which knows its reader, signs for that reader: no statement is needed. When the file is
asked for, the reader named in the address is asked about anew (attachments.may_read): what was
hidden, sealed, cleared or taken back meanwhile is served to nobody who may not read it then. An
address is good for five to ten minutes; whoever holds a copy has it for so long and no longer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from flask import Flask, current_app
from flask_login import current_user

from . import clock, keys, registry, text
from .attachments import KINDS, MOST, Note
from .policy import Actor

WINDOW = 300  # seconds; an address holds in the window that it was made in and in the next
_TOKEN = re.compile(r"(0|[1-9][0-9]{0,9})\.([0-9]{1,10})\.([0-9a-f]{32})")


def _window() -> int:
    return int(clock.now().timestamp()) // WINDOW


def _mark(file_id: int, reader_id: int, window: int) -> str:
    return keys.digest("file", file_id, reader_id, window)[:32]


def address(note: Note, reader: Actor) -> str:
    """Where the reader finds the file for the next minutes. The file's own name stays out of
    addresses, which are kept in more places than files are."""
    reader_id, window = reader.id or 0, _window()
    token = f"{reader_id}.{window}.{_mark(note.id, reader_id, window)}"
    return f"/files/{note.id}/{token}/{note.id}.{note.kind}"


def reader_of(file_id: int, token: str) -> Actor | None:
    """Whom an address was made for, as they may act today; None for one that is not ours, that is
    too old, or whose reader may no longer sign in. At most one statement."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    reader_id, window = int(found[1]), int(found[2])
    if window not in (_window(), _window() - 1):
        return None
    if not keys.same(found[3], _mark(file_id, reader_id, window)):
        return None
    if not reader_id:
        stranger: Actor = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]
        return stranger
    return registry.actors([reader_id]).get(reader_id)


# --- On a page --------------------------------------------------------------------------------


class Shown(NamedTuple):
    """A file as one reader finds it on one page."""

    id: int
    name: str
    kind: str
    size: int
    width: int
    height: int
    is_image: bool
    url: str


class Carried(NamedTuple):
    """A text with its pictures where they may be fetched, and the files that do not stand in it."""

    html: str
    files: tuple[Shown, ...]


def shown(note: Note, reader: Actor) -> Shown:
    sides = (note.width, note.height)
    where = address(note, reader)
    return Shown(note.id, note.name, note.kind, note.size, *sides, note.is_image, where)


def carried(html: str, notes: Collection[Note], reader: Actor) -> Carried:
    """Cooked HTML and its version's files, for a reader who may read that version."""
    if not notes:
        return Carried(html, ())
    files = {note.id: shown(note, reader) for note in notes}
    pictures = {
        one.id: (one.url, one.name, one.width, one.height) for one in files.values() if one.is_image
    }
    inside = set(text.pictures(html))
    rest = tuple(one for one in files.values() if one.id not in inside)
    return Carried(text.pictured(html, pictures), rest)


def _carried_for_reader(html: str, notes: Iterable[Any]) -> Carried:
    return carried(html, tuple(notes), current_user._get_current_object())


def init_app(app: Flask) -> None:
    app.jinja_env.globals["carried"] = _carried_for_reader
    app.jinja_env.globals["most_files"] = MOST
    app.jinja_env.globals["file_endings"] = ",".join(f".{ending}" for ending in KINDS)
    app.jinja_env.filters["bytes"] = told_size


def told_size(size: int) -> str:
    """A size as people say it: 12 KB, 3.4 MB."""
    if size < 1000 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 2**20:.1f} MB"
