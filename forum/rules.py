"""A board's rules: who reads it, who starts threads there, who replies, whether it is archived.

Whoever writes also reads: what is written where, only those are asked who may read. Those who
review for a board read it, whatever its rule: else they could not see what they decide on.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, String, or_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from accounts.audience import Audience, admitting
from core.policy import Actor
from moderation import covers, is_reviewer

ACTS = ("read", "start", "reply")
WHO, ROLES = String(20), String(300)


class BoardRules:
    """Mixin of Board: three rules of three columns each, as accounts/audience.py has them.

    A rule keeps its unit's number and no key to it: units are closed and never deleted.
    Of `start` and `reply`, "members" means everybody who is signed in and reads the board.
    """

    read_who: Mapped[str] = mapped_column(WHO, default="members")
    read_unit_id: Mapped[int | None]
    read_roles: Mapped[str] = mapped_column(ROLES, default="")
    start_who: Mapped[str] = mapped_column(WHO, default="members")
    start_unit_id: Mapped[int | None]
    start_roles: Mapped[str] = mapped_column(ROLES, default="")
    reply_who: Mapped[str] = mapped_column(WHO, default="members")
    reply_unit_id: Mapped[int | None]
    reply_roles: Mapped[str] = mapped_column(ROLES, default="")
    archived_at: Mapped[datetime | None]
    # How fast one may write there (pace.py); None: as the site's settings say.
    replies_per_hour: Mapped[int | None]
    threads_per_day: Mapped[int | None]
    heated_replies: Mapped[int | None]

    if TYPE_CHECKING:
        unit: Any
        unit_id: Any
        key: Any

    @hybrid_property
    def is_public(self) -> bool:
        """Whether one reads it without signing in."""
        return self.read_who == "everyone"

    @is_public.inplace.setter
    def _publish(self, value: bool) -> None:
        self.read_who = "everyone" if value else "members"

    @is_public.inplace.expression
    @classmethod
    def _is_public(cls) -> ColumnElement[bool]:
        return or_(cls.read_who == "everyone")

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    def audience(self, act: str) -> Audience:
        """For whom an act is: one of ACTS."""
        return Audience(
            getattr(self, f"{act}_who"),
            getattr(self, f"{act}_unit_id"),
            getattr(self, f"{act}_roles"),
        )

    def set_audience(self, act: str, audience: Audience) -> None:
        setattr(self, f"{act}_who", audience.who)
        setattr(self, f"{act}_unit_id", audience.unit_id)
        setattr(self, f"{act}_roles", audience.roles)

    def admits(self, act: str, actor: Actor) -> bool:
        """Whether the actor may do this there. Needs the unit."""
        if act == "read":
            audience = self.audience(act)
            return audience.admits(actor) or is_reviewer(actor, self.unit, self.key)
        return (
            not self.is_archived
            and actor.is_authenticated
            and self.audience(act).admits(actor)
            and self.admits("read", actor)
        )

    @classmethod
    def open_to(cls, actor: Actor) -> ColumnElement[bool]:
        """The condition that the actor may read the board."""
        rule = admitting(cls.read_who, cls.read_unit_id, cls.read_roles, actor)
        return or_(rule, cls.reviewed_by(actor))

    @classmethod
    def reviewed_by(cls, actor: Actor) -> ColumnElement[bool]:
        """The condition that the actor reviews what is written there."""
        return covers(actor, cls.unit_id, place=cls.key)
