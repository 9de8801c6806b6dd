"""The demo's boards that are not for everybody, and who moderates one: made through the real doors."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from accounts.audience import Audience
from accounts.models import Unit
from core import clock
from core.db import db
from forum import appointing, tended, writing
from forum.models import Board, Post
from moderation import Wording

from . import reading
from .organisation import Organisation, person

MEMBERS = Audience.of("members", None, ())
GUESTS = ("delegate", "supervisor")
BOARDS: tuple[dict[str, Any], ...] = (
    {
        "slug": "hekou",
        "unit": "hekou",
        "by": "unit_admin",
        "title": "河口里间屋",
        "title_en": "Hekou's Back Room",
        "description": "河口地委组织部和各县自己的事：排班、搬家、谁来搭把手。别的单位看不到。",
        "description_en": "Hekou's own affairs: rotas, moving house, who lends a hand. "
        "Other units do not see it.",
        "topic": "单位里",
        "topic_en": "Within a unit",
        "read": "unit",
    },
    {
        "slug": "delegates",
        "unit": "region_dept",
        "by": "chief_moderator",
        "title": "代表之家",
        "title_en": "The Delegates' Room",
        "description": "两代表一委员和部风监督员在这里对一对：听到了什么，办到哪一步。",
        "description_en": "Where delegates and supervisors compare notes: what they heard, and "
        "what came of it.",
        "topic": "特邀人员",
        "topic_en": "Invited people",
        "read": "roles",
    },
)
LOCAL = ("study", "expert", timedelta(days=40))  # board, who moderates it, for how long


def fill(people: Organisation) -> None:
    """Make the boards, let their people speak, name the moderator. Nothing here commits."""
    began = clock.now() - timedelta(days=20)
    with clock.travel(began):
        boards = {row["slug"]: _board(row) for row in BOARDS}
    for told in reading.table("closed_boards")["thread"]:
        _thread(boards[told["board"]], told)
    slug, username, lasts = LOCAL
    board = db.session.scalars(
        select(Board).where(Board.slug == slug).options(joinedload(Board.unit))
    ).one()
    appointing.appoint(board, username, clock.today() + lasts, person("chief_moderator"))


def _board(row: dict[str, Any]) -> Board:
    unit = db.session.scalars(select(Unit).where(Unit.key == row["unit"])).one()
    readers = Audience.of(row["read"], unit.id, GUESTS)
    words = {name: row[name] for name in tended.WORDS}
    rules = {"read": readers, "start": MEMBERS, "reply": MEMBERS, "pre_moderated": False}
    return tended.create(unit, row["slug"], {**words, **rules}, person(row["by"]))


def _thread(board: Board, told: dict[str, Any]) -> None:
    began = clock.now() - timedelta(days=told["ago"], hours=2)
    with clock.travel(began):
        wording = Wording.of(told["body"].strip(), "plain", told["title"])
        opening: Post = writing.start(board, wording, person(told["author"]))
    for said in told.get("post", ()):
        with clock.travel(began + timedelta(minutes=said["after"])):
            wording = Wording.of(said["body"].strip(), "plain", None)
            writing.reply(opening.thread, wording, person(said["author"]))
