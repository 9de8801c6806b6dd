"""What a kind of content says of itself to be reviewed; subclassing registers the kind."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Self, cast

from flask import url_for
from sqlalchemy import ColumnElement, ForeignKey, Select, select
from sqlalchemy.orm import Mapped, declared_attr, joinedload, mapped_column, relationship

from accounts.models import Person, Unit
from core import clock
from core.db import db
from core.policy import Actor

from .models import Revision
from .standing import takes_edits


@dataclass(frozen=True)
class Passage:
    """A text that stands near the one under review: who, when, the cooked HTML."""

    author: str
    at: datetime
    html: str


@dataclass(frozen=True)
class Context:
    """Where a text stands: the title and address of the place, what was said before and after, and
    the question that it answers, if it answers one."""

    title: str
    url: str | None
    passages: list[Passage] = field(default_factory=list)
    after: list[Passage] = field(default_factory=list)
    question: str = ""


@dataclass(frozen=True)
class Named:
    """What an author's own text is called in a list of theirs: title, place, address; none where
    the author cannot go there now."""

    title: str
    place: str
    url: str | None


@dataclass(frozen=True)
class ReviewPlace:
    """A place in which texts are reviewed: its name for this reader and its unit; None where each
    text has its own."""

    name: str
    unit: Unit | None


# What reviewers see besides what is public: all but what its author took back.
UNDER_REVIEW = (
    *("pending", "returned", "rejected", "suspended", "hidden", "appealed", "upheld", "sealed"),
)
NOTHING = "—"  # what stands where words were that are gone


class Words:
    """Rows that hold words of a text: a model, which of its rows, and what is left in a column
    when they are taken out: a value, or what a function makes of what it held."""

    def __init__(self, model: Any, where: ColumnElement[bool], **left: Any) -> None:
        self.model = model
        self.where = where
        self.left = left

    def after(self, name: str, held: Any) -> Any:
        left = self.left[name]
        return left(held) if callable(left) else left


kinds: dict[str, type[Reviewable]] = {}


class Reviewable:
    """Mixin for a model whose words others read only after one door.

    It is public when `public_revision_id` is set; `latest_revision_id` names the newest, which
    may wait beside the public one. `taken_revision_id` names the one that was public until flags
    or a reviewer took it from its readers; until a version passes again, none is public without
    a decision, whatever the board. The class sets `kind` ("area:thing") and `kind_name`, what the
    queue's filter calls it.
    """

    # The item, if any, that what is done to the record just now has made needless. Not kept.
    lapsed_item_id = cast("int | None", None)
    kind: ClassVar[str]
    kind_name: ClassVar[Any]
    seal_reach: ClassVar[Any] = ""  # what a seal does beside, as its page tells
    id: Any
    unit_id: Any  # the unit whose reviewers decide, where a text has its own

    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    public_revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    latest_revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    taken_revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_at: Mapped[datetime | None]

    @declared_attr
    def author(cls) -> Mapped[Person]:
        return relationship(foreign_keys=[cls.author_id], lazy="raise_on_sql")  # type: ignore[list-item]

    @declared_attr
    def public_revision(cls) -> Mapped[Revision | None]:
        return relationship(foreign_keys=[cls.public_revision_id], lazy="raise_on_sql")  # type: ignore[list-item]

    @declared_attr
    def latest_revision(cls) -> Mapped[Revision | None]:
        return relationship(foreign_keys=[cls.latest_revision_id], lazy="raise_on_sql")  # type: ignore[list-item]

    @declared_attr
    def taken_revision(cls) -> Mapped[Revision | None]:
        # Seldom there, so that it is loaded when it is.
        return relationship(foreign_keys=[cls.taken_revision_id])  # type: ignore[list-item]

    def __init_subclass__(cls, **kw: Any) -> None:
        super().__init_subclass__(**kw)
        if "kind" in cls.__dict__:
            kinds[cls.kind] = cls

    @property
    def is_public(self) -> bool:
        return self.public_revision_id is not None

    @property
    def suspended_revision(self) -> Revision | None:
        """The version that flags took away until a reviewer has looked at it."""
        taken = self.taken_revision
        return taken if taken is not None and taken.state == "suspended" else None

    @property
    def is_sealed(self) -> bool:
        """Whether its words lie under seal: nobody reads or changes it until that is lifted."""
        return self.latest_revision is not None and self.latest_revision.state == "sealed"

    @property
    def is_editable(self) -> bool:
        """Whether its author may hand in another version now."""
        latest = self.latest_revision
        return latest is None or takes_edits(latest.state, self.is_public)

    # --- What a kind says of itself -------------------------------------------------------

    @staticmethod
    def visible_to(actor: Actor) -> Select[Any]:
        """The records of which the actor may read a version."""
        raise NotImplementedError

    @property
    def unit(self) -> Unit:
        """The unit whose reviewers decide."""
        raise NotImplementedError

    @classmethod
    def label_of(cls, revision: Revision) -> str:
        """What the kind is called, in the reader's language."""
        return str(cls.kind_name)

    @classmethod
    def for_review(cls, subject_id: int, *, lock: bool = False) -> Self:
        """The record with revisions and place loaded; with `lock`, every row that a decision
        writes is locked, so that it is never taken after the journal's head."""
        if lock:  # first locked, then read: what is joined would else be as before the wait
            cls.lock(subject_id)
        found = cls.in_place().where(cls.id == subject_id)
        return db.session.scalars(found.execution_options(populate_existing=lock)).one()

    @classmethod
    def lock(cls, subject_id: int) -> None:
        held = select(cls.id).where(cls.id == subject_id)
        db.session.execute(held.with_for_update(key_share=True))

    @classmethod
    def in_place(cls) -> Select[Any]:
        """The records with their revisions; a kind adds what its place is told by."""
        versions = (cls.public_revision, cls.latest_revision, cls.taken_revision)
        return select(cls).options(*(joinedload(one) for one in versions))

    @classmethod
    def address(cls, verb: str, subject_id: int) -> str:
        """Where a verb is done to it, as `pages_around` calls its pages."""
        area, _colon, noun = cls.kind.partition(":")
        return url_for(f"{area}.{verb}_{noun}", id=subject_id)

    @classmethod
    def review_url(cls, subject_id: int) -> str:
        """Where its author and its reviewers meet it."""
        return cls.address("show", subject_id)

    @classmethod
    def named(cls, ids: Collection[int] | Select[Any]) -> dict[int, Named]:
        """What their own author calls some texts, by their ids or a statement that gives them; one
        statement. What of another's is not public is not named."""
        raise NotImplementedError

    @classmethod
    def named_to(cls, actor: Actor, ids: Collection[int]) -> dict[int, Named]:
        """Those of some texts that the actor may read today, as `named` calls them."""
        mine = cls.visible_to(actor).where(cls.id.in_(ids)).with_only_columns(cls.id)
        return cls.named(mine.correlate(None))

    @classmethod
    def review_places(cls, actor: Actor | None = None) -> Select[Any]:
        """The places of this kind, or those of which the actor may know, in the columns that
        `place` (places.py) gives."""
        raise NotImplementedError

    @property
    def review_first(self) -> bool:
        """Whether a new version waits for a decision before others read it."""
        return True

    @property
    def review_unit_id(self) -> int:
        """The unit whose reviewers decide."""
        return int(self.unit_id)

    @property
    def review_hours(self) -> int | None:
        """Office hours within which the place decides; None: the setting SERVICE_HOURS."""
        return None

    @property
    def review_place(self) -> str:
        """The key of the place, such as "forum:chat"."""
        raise NotImplementedError

    @property
    def review_place_name(self) -> str:
        """The place's name for this reader."""
        raise NotImplementedError

    def review_heading(self, revision: Revision) -> str:
        """The line under which the text stands in the queue."""
        return revision.title or self.label_of(revision)

    @classmethod
    def in_context(cls, subject_id: int) -> tuple[Self, Context]:
        """The record as `for_review` gives it, and what a reviewer needs to read beside it; one
        statement."""
        raise NotImplementedError

    def submitted(self, revision: Revision) -> None:
        """Called when a version was handed in and waits."""

    def published(self, revision: Revision) -> None:
        """Called before a version becomes public: `is_public` still tells of the time before,
        `published_at` holds when it was public first."""

    def sealed(self) -> None:
        """Called when its words were put under seal."""

    def unsealed(self) -> None:
        """Called when the seal was lifted and all stands as it stood."""

    def unpublished(self) -> None:
        """Called before the public version is taken away from readers."""

    def copied(self) -> list[Words]:
        """The rows of its own area into which its words were copied."""
        return []

    @classmethod
    def barred(cls, actor: Actor) -> Select[Any] | None:
        """The ids of the texts that the actor does not review, being concerned in what they are
        about; None where nobody ever is."""
        return None

    @classmethod
    def concerned(cls, subject_id: int) -> set[int]:
        """The ids of those people, for one text."""
        return set()

    def taken_from(self) -> list[Words]:
        """The rows from which its words were taken; a seal closes them, too, a purge does not."""
        return []

    def kin(self) -> list[int]:
        """The ids of the texts that stand under this one's title, its own with them."""
        return [self.id]

    def review_acts(self) -> list[tuple[str, str]]:
        """What reviewers may do beside deciding: label and address."""
        return []

    def echoes(self, passages: Sequence[str], *, everywhere: bool = False) -> dict[int, str]:
        """Other public texts that repeat a passage of this one: id and name. `everywhere`: those
        that are not public, and those that stand elsewhere, too."""
        return {}

    def undo_facts(self) -> dict[str, Any]:
        """What else a decision may change and an undo puts back, as JSON takes it."""
        return {}

    def undone(self, facts: dict[str, Any]) -> None:
        """Called when a decision was undone, with the facts of before it."""

    def has_moved_on(self, since: datetime) -> bool:
        """Whether others built on the text since: then a decision on it is not undone."""
        return False
