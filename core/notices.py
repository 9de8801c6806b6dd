"""What happened to what a person wrote or waits for: an inbox, one row a notice.

Areas register a kind with its sentence; `tell` keeps the ids and the parameters, and the
sentence is made in the reader's language when it is read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from . import clock, i18n
from .db import Base, db
from .i18n import _
from .policy import Actor

_sentences: dict[str, Any] = {}


class _Params(dict[str, Any]):
    """Parameters of a notice kept before its sentence asked for another one."""

    def __missing__(self, name: str) -> str:
        return "…"


class Notice(Base):
    __tablename__ = "notices"
    __table_args__ = (Index(None, "person_id", "read_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(60))
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    url: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    read_at: Mapped[datetime | None]

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


def kind(name: str, sentence: Any) -> None:
    """Register a kind of notice; the lazy `sentence` takes %(name)s parameters."""
    _sentences[name] = sentence


def tell(person_id: int | None, name: str, url: str, **params: Any) -> None:
    """Leave a notice in a person's inbox, in the caller's transaction. Nobody: nothing.

    Raises KeyError for an unknown kind and for a parameter that its sentence lacks.
    """
    str(_sentences[name]) % params
    if person_id is not None:
        db.session.add(Notice(person_id=person_id, kind=name, url=url, params=params))


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


def mark_read(actor: Actor, urls: Sequence[str] | None = None) -> None:
    """The actor's notices are read: all, or those that lead to some addresses."""
    if not unread_count(actor):
        return
    asked = update(Notice).where(Notice.person_id == actor.id, Notice.read_at.is_(None))
    if urls is not None:
        asked = asked.where(Notice.url.in_(urls))
    db.session.execute(asked.values(read_at=clock.now()))
