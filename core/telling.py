"""How a person wants to be told."""

from __future__ import annotations

from sqlalchemy import ColumnElement, ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base, db, insert_into
from .policy import Actor


class NoticeChoice(Base):
    """A person's choices; whoever has no row has the defaults."""

    __tablename__ = "notice_choices"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    watches_own: Mapped[bool] = mapped_column(default=True)
    hears_reactions: Mapped[bool] = mapped_column(default=False)


def of(actor: Actor) -> NoticeChoice:
    """The actor's choices, to be read."""
    choice = db.session.get(NoticeChoice, actor.id)
    return choice or NoticeChoice(watches_own=True, hears_reactions=False)


def choose(actor: Actor, **chosen: bool) -> None:
    """Keep choices of the actor's, by the names of the columns; one statement."""
    db.session.execute(
        insert_into(NoticeChoice)
        .values(person_id=actor.id, **chosen)
        .on_conflict_do_update(index_elements=["person_id"], set_=chosen)
    )


def watches_own(person_id: int) -> ColumnElement[bool]:
    """The condition that somebody did not switch off watching the threads they write in."""
    return ~(
        select(NoticeChoice.person_id)
        .where(NoticeChoice.person_id == person_id, NoticeChoice.watches_own.is_(False))
        .exists()
    )


def hears_reactions(person_id: int) -> bool:
    """Whether somebody asked to be told when others react to what they wrote."""
    choice = db.session.get(NoticeChoice, person_id)
    return choice is not None and choice.hears_reactions
