"""Letting a feed reader in: a token in the address, of which the row keeps the digest.

It reads what its person may read at that moment, and nothing that is no feed. It ends where
every sign-in of its person does: on a new password, on signing out everywhere.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Select, String, delete, false, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from . import clock, keys, registry
from .db import Base, db
from .policy import Actor

MOST = 10  # of one person


class FeedToken(Base):
    """A token with a name of its person's choice, and the day on which it was used last."""

    __tablename__ = "feed_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    used_on: Mapped[date | None]

    @staticmethod
    def visible_to(actor: Actor) -> Select[FeedToken]:
        mine = FeedToken.person_id == actor.id if actor.id is not None else false()
        return select(FeedToken).where(mine)


def make(actor: Actor, name: str) -> str | None:
    """A new token, known nowhere else; None where the actor has as many as one may."""
    assert actor.id is not None
    own = FeedToken.visible_to(actor).subquery()
    if (db.session.scalar(select(func.count()).select_from(own)) or 0) >= MOST:
        return None
    token = keys.token()
    made = FeedToken(person_id=actor.id, name=name, digest=keys.digest("feed", token))
    db.session.add(made)
    return token


def end_all(person_id: int) -> None:
    """Let no token of the person in any more."""
    db.session.execute(delete(FeedToken).where(FeedToken.person_id == person_id))


def reader(token: str) -> Actor | None:
    """Whom a token lets in today. Commits the day of its use, once a day."""
    digest = keys.digest("feed", token)
    today = clock.today()
    person_id, used_on = db.session.execute(
        select(FeedToken.person_id, FeedToken.used_on).where(FeedToken.digest == digest)
    ).one_or_none() or (None, None)
    if person_id is None:
        return None
    if used_on != today:
        db.session.rollback()  # a transaction that has read cannot always go on to write
        unsaid = or_(FeedToken.used_on.is_(None), FeedToken.used_on != today)
        used = update(FeedToken).where(FeedToken.digest == digest, unsaid)
        db.session.execute(used.values(used_on=today))
        db.session.commit()
    return registry.actors([person_id]).get(person_id)
