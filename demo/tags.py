"""The demo's tags, and which threads bear them."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import insert, select

from core import clock
from core.db import db
from forum.models import Board
from forum.tags import Tag

from . import reading


def fill() -> None:
    """Insert the tags; the boards are there."""
    boards = {row[0]: row[1] for row in db.session.execute(select(Board.slug, Board.id))}
    now = clock.now()
    rows = [
        {
            **{name: tag[name] for name in ("name", "name_en", "description", "description_en")},
            "board_id": boards[tag["board"]] if "board" in tag else None,
            "created_at": now,
            "accepted_at": now,
        }
        for tag in reading.table("tags")["tag"]
    ]
    db.session.execute(insert(Tag), rows)


def by_thread() -> dict[str, list[int]]:
    """The ids of each thread's tags, by its key; of those that the site has."""
    ids = {row[0]: row[1] for row in db.session.execute(select(Tag.name, Tag.id))}
    found: dict[str, list[int]] = defaultdict(list)
    for tag in reading.table("tags")["tag"]:
        for key in tag["threads"] if tag["name"] in ids else ():
            found[key].append(ids[tag["name"]])
    return found
