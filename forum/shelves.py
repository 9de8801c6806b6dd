"""What the forum puts on the shelves: its place in the header, the newest talk, figures."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Integer,
    case,
    cast,
    func,
    literal,
    null,
    select,
    true,
    union_all,
)

from accounts.models import Person
from core import figures, i18n, notices, refilling, registry, search
from core.db import db
from core.i18n import _l
from core.policy import Actor
from core.registry import Panel, Place
from core.search import Byline, Choice, Reach, SearchEntry

from . import indexing, listing, marks
from .models import Board, Post
from .tags import Tag

NEWEST = 8
PLACE = Place("forum.list_boards", _l("讨论"), "forum:board:list", order=10)


def newest(actor: Actor) -> dict[str, Any] | None:
    """The newest talk; nothing for somebody who may read no board."""
    rows = listing.newest(actor, NEWEST)
    return {"threads": rows} if rows or actor.is_authenticated else None


BOARDS = Place("forum.manage_boards", _l("版块管理"), "forum:board:manage", order=40)
DRAFTS = Place("forum.list_drafts", _l("草稿"), "forum:draft:list", order=6)
BOOKMARKS = Place("forum.list_bookmarks", _l("收藏"), "forum:bookmark:list", order=7)
TENDED = Place("forum.list_tended", _l("打理主题"), "forum:tending:list")
PANEL = Panel("forum/panel.html", newest, order=30)


@figures.figure("forum.threads", _l("发起的主题"))
def thread_count() -> int:
    """Those on boards that everybody signed in may read: a closed one shows not even its size."""
    for_all = Board.read_who.in_(("everyone", "members"))
    return db.session.scalar(select(func.sum(Board.thread_count)).where(for_all)) or 0


def fill() -> None:
    registry.add(registry.navigation, PLACE)
    registry.add(registry.account_menu, DRAFTS)
    registry.add(registry.admin_sections, BOARDS)
    registry.add(registry.account_menu, BOOKMARKS)
    registry.add(registry.open_records, TENDED)
    registry.add(registry.panels, PANEL)
    appointed = _l(
        "你现在是“%(board)s”的版块审核员，到 %(until)s 为止；审核台里有这个版块的待审件。"
    )
    notices.kind("forum:appoint", appointed)
    notices.kind("forum:dismiss", _l("你不再是“%(board)s”的版块审核员。谢谢你做的事。"))
    search.kind(Post.kind, _l("讨论"), "forum.show_post", byline=_byline())
    refilling.source(Post.kind, indexing.SOURCE)
    search.chosen["board"] = _l("版块")
    search.chosen["tag"] = _l("标签")
    search.parts[marks.THREADS] = _l("主题帖")
    search.narrowing["answered"] = search.Narrowing(_l("只看有回帖的主题"), marks.ANSWERED)
    registry.add(search.scopes, reach)


def reach(actor: Actor) -> Reach:
    """The boards whose texts the actor finds, by their names, those passed over, and the tags;
    one statement. Asked when somebody searches: no entry says who might read a board once."""
    found = Reach(choices={"board": [], "tag": []})
    merged: dict[int, list[int]] = defaultdict(list)
    for what, id, slug, title, title_en, is_open, into, _order in db.session.execute(
        _places(actor)
    ):
        name = i18n.pick({"zh": title, "en": title_en or ""})
        if into is not None:
            merged[into].append(id)
        elif what == "tag":
            own = tuple(map(marks.of_tag, (id, *merged[id])))
            found.choices["tag"].append(Choice(str(id), name, own))
        elif is_open:
            found.scopes.add(Board.scope_of(id))
            found.choices["board"].append(Choice(slug, name, (marks.of_board(id),)))
        else:
            found.barred.add(marks.of_board(id))
    return found


def _places(actor: Actor) -> CompoundSelect[Any]:
    """All boards, and the tags that the actor may know: first those that were merged, for a
    search for a tag asks for their marks, too."""
    boards = select(
        *(literal("board").label("what"), Board.id, Board.slug, Board.title, Board.title_en),
        *(Board.open_to(actor).label("is_open"), null().label("into"), Board.order.label("place")),
    )
    tags = select(
        *(literal("tag"), Tag.id, literal(""), Tag.name, Tag.name_en),
        *(true(), Tag.merged_into_id, case((Tag.merged_into_id.is_not(None), -1), else_=0)),
    ).where(Tag.open_to(actor))
    return union_all(boards, tags).order_by("place", "id")


def _byline() -> Byline:
    """Who wrote a post, and on which board, by the number in its entry of the index."""

    def of(column: Any) -> Any:
        return (
            select(column)
            .select_from(Post)
            .join(Person, Person.id == Post.author_id)
            .join(Board, Board.id == Post.board_id)
            .where(Post.id == cast(SearchEntry.subject_id, Integer))
            .correlate(SearchEntry)
            .scalar_subquery()
        )

    return Byline(of(Person.name), of(Board.title), of(Board.title_en))
