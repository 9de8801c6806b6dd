"""What happened to what a person wrote or waits for: an inbox, one row a notice.

Areas register a kind with its sentence; `tell` keeps the ids and the parameters, and the
sentence is made in the reader's language when it is read. A kind that tells of what others wrote
keeps ids alone and registers who looks up, when it is read or sent, what may be read now.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    ScalarSelect,
    Select,
    String,
    false,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from . import clock, i18n
from .db import Base, db
from .i18n import _, _l
from .policy import Actor

# What a notice is about to its reader: by this they are filtered, and sent by mail or not.
SORTS = {
    "decision": _l("我写的"),
    "mention": _l("提到我的"),
    "follow": _l("我关注的"),
    "reminder": _l("提醒"),
    "task": _l("请我办的"),
}
MOST = 99  # things that one notice counts


@dataclass(frozen=True)
class Telling:
    """A notice as it is told now; without an address it leads nowhere, for what it told of is not
    to be read any more."""

    notice: Notice
    sentence: str
    url: str | None


@dataclass(frozen=True)
class Found:
    """What a notice tells of, as its reader may read it now: parameters and where it leads."""

    params: dict[str, Any]
    url: str


Recheck = Callable[[Sequence["Notice"], Actor], dict[int, Found]]

_sentences: dict[str, Any] = {}
_sorts: dict[str, str] = {}
_rechecks: dict[str, Recheck] = {}


class _Params(dict[str, Any]):
    """Parameters of a notice kept before its sentence asked for another one."""

    def __missing__(self, name: str) -> str:
        return "…"


class Notice(Base):
    __tablename__ = "notices"
    __table_args__ = (
        Index(None, "person_id", "read_at"),
        Index(None, "person_id", "at", "id"),
        Index(None, "about", "person_id"),
        Index(None, "person_id", "mailable_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(60))
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    url: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    read_at: Mapped[datetime | None]
    about: Mapped[str | None] = mapped_column(String(60))  # what it tells of: forum:thread:7
    # Since when it waits to be told by mail, for those who want that; None: it was.
    mailable_at: Mapped[datetime | None] = mapped_column(default=clock.now)

    @property
    def sentence(self) -> str:
        """The notice in the reader's language; one that a later program no longer knows, too."""
        known = _sentences.get(self.kind)
        return _("一条旧消息") if known is None else str(known) % _Params(_readable(self.params))

    @staticmethod
    def visible_to(actor: Actor) -> Select[Notice]:
        mine = Notice.person_id == actor.id if actor.id is not None else false()
        return select(Notice).where(mine)


def _readable(params: dict[str, Any]) -> dict[str, Any]:
    """The parameters as people read them: what is named `…_on` is a day."""
    return {
        name: i18n.day(date.fromisoformat(value)) if name.endswith("_on") else value
        for name, value in params.items()
    }


def kind(
    name: str, sentence: Any, *, sort: str = "decision", recheck: Recheck | None = None
) -> None:
    """Register a kind of notice; the lazy `sentence` takes %(name)s parameters.

    `sort` is one of SORTS. `recheck` gives, for those of some notices whose matter the actor may
    read now, the parameters and the address: required where a notice tells of others' texts.
    """
    _sentences[name] = sentence
    _sorts[name] = sort
    if recheck is not None:
        _rechecks[name] = recheck


def of_sort(*sorts: str) -> list[str]:
    """The kinds of notices of some sorts."""
    return [name for name, sort in _sorts.items() if sort in sorts]


def sorts() -> dict[str, str]:
    """The sort of every kind of notice."""
    return dict(_sorts)


def tell(
    person_id: int | None, name: str, url: str, *, about: str | None = None, **params: Any
) -> None:
    """Leave a notice in a person's inbox, in the caller's transaction. Nobody: nothing.

    Raises KeyError for an unknown kind and for a parameter that its sentence lacks.
    """
    if name not in _rechecks:
        str(_sentences[name]) % params
    if person_id is not None:
        db.session.add(Notice(person_id=person_id, kind=name, url=url, params=params, about=about))


Told = tuple[int, str, str, str | None, dict[str, Any]]
"""A notice as `tell` takes it: person, name, url, what it is about, parameters."""


def tell_all(told: Sequence[Told]) -> None:
    """Leave several notices in one statement."""
    for _person_id, name, _url, _about, params in told:
        str(_sentences[name]) % params
    names = ("person_id", "kind", "url", "about", "params")
    if rows := [{**dict(zip(names, one, strict=True)), "at": clock.now()} for one in told]:
        db.session.execute(insert(db.metadata.tables[Notice.__tablename__]), rows)


def count_up(people: Collection[int], name: str, about: str, url: str, item: int) -> None:
    """Tell several people of one thing more: in the notice about the same that they have not read
    yet, else in a new one. The ids of the things are the parameter `items`. Of a thing that the
    notice counts already no further mail goes out."""
    waiting = db.session.scalars(
        select(Notice).where(
            Notice.about == about,
            Notice.person_id.in_(people),
            Notice.kind == name,
            Notice.read_at.is_(None),
        )
    ).all()
    for notice in waiting:
        known = notice.params.get("items", [])
        notice.params = {"items": [*(one for one in known if one != item), item][-MOST:]}
        notice.at = clock.now()
        if item not in known:
            notice.mailable_at = notice.mailable_at or notice.at
    for person_id in set(people) - {notice.person_id for notice in waiting}:
        tell(person_id, name, url, about=about, items=[item])


def told(rows: Sequence[Notice], actor: Actor) -> list[Telling]:
    """Notices as the actor may read them now; one statement for each kind of them that asks."""
    by_recheck: dict[Recheck, list[Notice]] = {}
    for notice in rows:
        if (recheck := _rechecks.get(notice.kind)) is not None:
            by_recheck.setdefault(recheck, []).append(notice)
    found: dict[int, Found] = {}
    for recheck, several in by_recheck.items():
        found.update(recheck(several, actor))
    return [_told(notice, found.get(notice.id)) for notice in rows]


def _told(notice: Notice, found: Found | None) -> Telling:
    if notice.kind not in _rechecks:
        return Telling(notice, notice.sentence, notice.url)
    if found is None:
        return Telling(notice, _("这条消息说的内容现在看不到了。"), None)
    sentence = str(_sentences[notice.kind]) % _Params(_readable(found.params))
    return Telling(notice, sentence, found.url)


def unread_of(person_id: Any) -> ScalarSelect[int]:
    """How many notices a person has not read, as a column for the statement about the person."""
    return (
        select(func.count())
        .select_from(Notice)
        .where(Notice.person_id == person_id, Notice.read_at.is_(None))
        .scalar_subquery()
    )


def take_back(person_id: int | None, name: str, url: str) -> bool:
    """Delete the last such notice while nobody has read it; whether nobody need be told anew."""
    if person_id is None:
        return True
    last = db.session.scalar(
        select(Notice)
        .where(Notice.person_id == person_id, Notice.kind == name, Notice.url == url)
        .order_by(Notice.id.desc())
        .limit(1)
    )
    if last is None or last.read_at is not None:
        return False
    db.session.delete(last)
    return True


def rename(urls: Sequence[str], former: Collection[Any], title: str) -> None:
    """Call by this title what notices to anybody call by a former one."""
    for notice in db.session.scalars(select(Notice).where(Notice.url.in_(urls))):
        if notice.params.get("title") in former:
            notice.params = {**notice.params, "title": title}


def unread_count(actor: Actor) -> int:
    """What the statement that read the actor said; without one it is asked now."""
    if actor.id is None:
        return 0
    known: int | None = getattr(actor, "unread_count", None)
    return known if known is not None else db.session.scalar(select(unread_of(actor.id))) or 0


def mark_read(
    actor: Actor, urls: Sequence[str] | None = None, among: Sequence[str] | None = None
) -> None:
    """The actor's notices are read: all, or those that lead to some addresses, or of some kinds."""
    if not unread_count(actor):
        return
    asked = update(Notice).where(Notice.person_id == actor.id, Notice.read_at.is_(None))
    if urls is not None:
        asked = asked.where(Notice.url.in_(urls))
    if among is not None:
        asked = asked.where(Notice.kind.in_(among))
    db.session.execute(asked.values(read_at=clock.now()))
