"""Confidential answers: who answered is known, whose an answer is lies in a box with two locks.

Each of two keepers draws a pair of keys before the survey opens and takes the private half away;
the database has the public halves. A name is locked with a key of its own that is split in two,
and each part is sealed to one keeper (sealed boxes of libsodium). The private halves are never
together, and never kept: a keeper brings the own one to open one name, says why, and the part that
it opened waits, enclosed, for the other keeper. Both acts stand in the journal, and whoever is
named is told.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import date, datetime

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox
from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from accounts.models import Person
from core import clock, codes, journal, keys, notices
from core.db import Base, db, insert_into
from core.i18n import _, _l
from core.policy import Actor

from .models import Survey, SurveyResponse

SEATS = (1, 2)
PART = 80  # bytes of a part of a key, sealed
NAME = 16  # bytes of a name before it is locked
PURPOSE = "survey-opening"
REASON_LIMIT = 500

notices.kind(
    "surveys.name_opened",
    _l("两位保管人打开了你在保密问卷《%(title)s》里一份答卷的姓名。理由：%(reason)s"),
)


class Refused(ValueError):
    """Why a name is not opened; a sentence for the reader."""


class SurveyKeeper(Base):
    """One of two people who together can open a name; `public` is what names are sealed to."""

    __tablename__ = "survey_keepers"
    __table_args__ = (UniqueConstraint("survey_id", "person_id"),)

    survey_id: Mapped[int] = mapped_column(
        ForeignKey("surveys.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    seat: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    public: Mapped[bytes]
    taken_on: Mapped[date]


class SurveyParticipant(Base):
    """That a person answered a confidential survey; not when, and not what."""

    __tablename__ = "survey_participants"
    __table_args__ = {"sqlite_with_rowid": False}

    survey_id: Mapped[int] = mapped_column(
        ForeignKey("surveys.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )


class NameOpening(Base):
    """One keeper asked to open the name of a response; with the other one's yes it is open."""

    __tablename__ = "survey_name_openings"

    # No foreign key: responses are written anew when others join them.
    response_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(String(REASON_LIMIT))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    part: Mapped[str | None] = mapped_column(Text)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    opened_at: Mapped[datetime | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


# --- Keepers -------------------------------------------------------------------------------


def keepers(survey: Survey) -> list[SurveyKeeper]:
    """Those who hold a half, by seat."""
    asked = select(SurveyKeeper).where(SurveyKeeper.survey_id == survey.id)
    return list(db.session.scalars(asked.order_by(SurveyKeeper.seat)))


def keeper_names(survey: Survey) -> list[str]:
    """What those who hold a half are called, by seat."""
    named = select(Person.name).join(SurveyKeeper, SurveyKeeper.person_id == Person.id)
    of_it = named.where(SurveyKeeper.survey_id == survey.id)
    return list(db.session.scalars(of_it.order_by(SurveyKeeper.seat)))


def take_half(survey: Survey, actor: Actor) -> str | None:
    """Draw the actor a private half, to be shown once; None when others hold both seats."""
    assert actor.id is not None
    held = {one.person_id: one for one in keepers(survey)}
    mine = held.get(actor.id)
    free = [seat for seat in SEATS if seat not in {one.seat for one in held.values()}]
    if mine is None and not free:
        return None
    private = PrivateKey.generate()
    if mine is None:
        mine = SurveyKeeper(survey_id=survey.id, seat=free[0], person_id=actor.id)
        db.session.add(mine)
    mine.public, mine.taken_on = bytes(private.public_key), clock.today()
    journal.append(survey.kind, survey.id, "take_half", actor.id, facts={"seat": mine.seat})
    return codes.spelled(bytes(private))


# --- Locking -------------------------------------------------------------------------------


def participate(survey: Survey, person_id: int) -> bool:
    """Note that the person answers, in the caller's transaction; False when that was so before."""
    noted = insert_into(SurveyParticipant).values(survey_id=survey.id, person_id=person_id)
    first = db.session.execute(
        noted.on_conflict_do_nothing().returning(SurveyParticipant.survey_id)
    ).one_or_none()
    return first is not None


def has_answered(survey: Survey, person_id: int) -> bool:
    return db.session.get(SurveyParticipant, (survey.id, person_id)) is not None


def lock(survey: Survey, person_id: int) -> bytes:
    """A person's name in a box with two locks."""
    key, first = secrets.token_bytes(32), secrets.token_bytes(32)
    parts = (first, _joined(key, first))
    boxes = [
        SealedBox(PublicKey(one.public)).encrypt(part)
        for one, part in zip(keepers(survey), parts, strict=True)
    ]
    return b"".join(boxes) + SecretBox(key).encrypt(person_id.to_bytes(NAME, "big"))


def _joined(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


# --- Opening -------------------------------------------------------------------------------


def response_of(survey: Survey, response_id: uuid.UUID) -> SurveyResponse | None:
    mine = (SurveyResponse.survey_id == survey.id, SurveyResponse.id == response_id)
    return db.session.scalar(select(SurveyResponse).where(*mine))


def ask(survey: Survey, response: SurveyResponse, actor: Actor, half: str, reason: str) -> None:
    """The first keeper's word: the own part is opened and waits for the other. Raises Refused."""
    if db.session.get(NameOpening, response.id) is not None:
        raise Refused(_("已经有人提出打开这个姓名，请另一位保管人来确认。"))
    part = _part(survey, response, actor, half)
    assert actor.id is not None
    db.session.add(
        NameOpening(
            response_id=response.id,
            survey_id=survey.id,
            reason=reason,
            asked_by_id=actor.id,
            part=keys.enclose(PURPOSE, part.hex()),
        )
    )
    journal.append(survey.kind, survey.id, "ask_name", actor.id, note=reason)


def confirm(
    survey: Survey, response: SurveyResponse, opening: NameOpening, actor: Actor, half: str
) -> None:
    """The second keeper's word: the name is open, and whoever bears it is told. Raises Refused."""
    if opening.part is None:
        raise Refused(_("这个姓名已经打开了。"))
    if opening.asked_by_id == actor.id:
        raise Refused(_("提出的人不能自己确认：要另一位保管人带另一半钥匙来。"))
    mine = _part(survey, response, actor, half)
    key = _joined(bytes.fromhex(keys.disclose(PURPOSE, opening.part)), mine)
    assert response.name_box is not None
    name = SecretBox(key).decrypt(response.name_box[2 * PART :])
    opening.person_id = int.from_bytes(name, "big")
    opening.part, opening.opened_by_id, opening.opened_at = None, actor.id, clock.now()
    journal.append(survey.kind, survey.id, "open_name", actor.id, note=opening.reason)
    notices.tell(
        opening.person_id,
        "surveys.name_opened",
        f"/surveys/{survey.slug}/results",
        title=survey.name,
        reason=opening.reason,
    )


def _part(survey: Survey, response: SurveyResponse, actor: Actor, half: str) -> bytes:
    """The part of a name's key that a keeper's half opens. Raises Refused."""
    mine = next((one for one in keepers(survey) if one.person_id == actor.id), None)
    if mine is None:
        raise Refused(_("只有这份问卷的两位保管人能打开姓名。"))
    private = codes.read(half, 32)
    at = PART * (mine.seat - 1)
    try:
        if private is None or response.name_box is None:
            raise CryptoError
        part: bytes = SealedBox(PrivateKey(private)).decrypt(response.name_box[at : at + PART])
    except CryptoError:
        raise Refused(_("这不是你那一半钥匙。请对照记下的逐组核对。")) from None
    return part
