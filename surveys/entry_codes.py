"""Invitation codes: whoever types one in gets a right to answer, once.

The table says that a code was exchanged, never for which right and for which answer. A browser with
script makes the right itself and has it signed blindly (signing.py): the server sees the code and
what it signed, never the right. Without script the server makes it, and it lies beside the code
under a key that lives in the memory of the running server alone (rights.py), so that whoever lost
the page gets the same right again. Codes are kept as keyed digests; they are
shown once, to be printed, and nobody notes who was given which.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, false, func, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from accounts import slips
from core import clock, journal, keys
from core.db import Base, db
from core.policy import Actor

from . import rights, signing
from .models import Survey

MOST = 500  # codes of one batch


class CodeBatch(Base):
    """Codes that were made together, and printed or mailed (code_mail.py)."""

    __tablename__ = "survey_code_batches"
    __table_args__ = {"sqlite_with_rowid": False}

    survey_id: Mapped[int] = mapped_column(
        ForeignKey("surveys.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(60), default="")
    code_count: Mapped[int]
    maker_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_on: Mapped[date]
    is_mailed: Mapped[bool] = mapped_column(default=False, server_default=false())


class EntryCode(Base):
    """The keyed digest of a code, and whether a right was handed out for it: one that the server made
    (`sealed`), or one of which it knows only a digest of what it signed blindly (`blinded`)."""

    __tablename__ = "survey_codes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["survey_id", "batch_number"],
            ["survey_code_batches.survey_id", "survey_code_batches.number"],
            ondelete="CASCADE",
        ),
        {"sqlite_with_rowid": False},
    )

    survey_id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    batch_number: Mapped[int]
    is_exchanged: Mapped[bool] = mapped_column(default=False)
    sealed: Mapped[str | None] = mapped_column(String(120))
    blinded: Mapped[str | None] = mapped_column(String(64))


class Unknown(ValueError):
    """No code of this survey."""


class Used(ValueError):
    """The code was exchanged before, and its right used up or out of reach."""


class Elsewhere(Used):
    """The code was exchanged by a browser that made the right itself and alone has it."""


@dataclass(frozen=True)
class Made:
    """A batch with its codes, which are known nowhere else."""

    batch: CodeBatch
    codes: list[str]


def make(survey: Survey, count: int, name: str, actor: Actor) -> Made:
    """Make codes, in the caller's transaction, in an order that says nothing."""
    last = select(func.max(CodeBatch.number)).where(CodeBatch.survey_id == survey.id)
    batch = CodeBatch(
        survey_id=survey.id,
        number=(db.session.scalar(last) or 0) + 1,
        name=name,
        code_count=count,
        maker_id=actor.id,
        made_on=clock.today(),
    )
    db.session.add(batch)
    db.session.flush()
    codes = [slips.new_code() for _ in range(count)]
    rows = [
        {"survey_id": survey.id, "digest": digest(survey.id, one), "batch_number": batch.number}
        for one in codes
    ]
    secrets.SystemRandom().shuffle(rows)
    db.session.execute(insert(EntryCode), [{**row, "is_exchanged": False} for row in rows])
    journal.append(survey.kind, survey.id, "make_codes", actor.id, facts={"number": batch.number})
    return Made(batch, codes)


def exchange(survey: Survey, typed: str) -> str:
    """The right that a code buys, in the caller's transaction. Raises Unknown or Used."""
    code = _found(survey, typed)
    mark = code.digest
    if code.blinded is not None:
        raise Elsewhere
    if code.is_exchanged:
        right = rights.unseal(survey, mark, code.sealed)
        if right is None or rights.is_spent(survey, right):
            raise Used
        return right
    right = rights.mint(survey)
    code.is_exchanged, code.sealed = True, rights.seal(survey, mark, right)
    return right


def vouch(survey: Survey, typed: str, blinded: str) -> str:
    """The blind signature that a code buys, in the caller's transaction; the same again for the same,
    whose first may have got lost. Raises Unknown or Used."""
    code = _found(survey, typed)
    signed = signing.sign(survey, blinded)
    told = hashlib.sha256(blinded.encode()).hexdigest()
    if signed is None or (code.is_exchanged and code.blinded != told):
        raise Used
    code.is_exchanged, code.blinded = True, told
    return signed


def _found(survey: Survey, typed: str) -> EntryCode:
    mark = digest(survey.id, typed)
    code = db.session.get(EntryCode, (survey.id, mark), with_for_update=True)
    if code is None:
        raise Unknown
    return code


def batches(survey: Survey) -> list[CodeBatch]:
    """The newest first."""
    found = select(CodeBatch).where(CodeBatch.survey_id == survey.id)
    return list(db.session.scalars(found.order_by(CodeBatch.number.desc())))


def exchanged_count(survey: Survey) -> int:
    """How many codes were exchanged, of all batches together: one batch may be very small."""
    exchanged = (EntryCode.survey_id == survey.id, EntryCode.is_exchanged)
    return db.session.scalar(select(func.count()).select_from(EntryCode).where(*exchanged)) or 0


def forget_sealed(survey: Survey) -> None:
    """Nobody needs the rights of a survey that is over."""
    over = update(EntryCode).where(EntryCode.survey_id == survey.id)
    db.session.execute(over.values(sealed=None))


def digest(survey_id: int, typed: str) -> str:
    return keys.digest("survey-code", survey_id, slips.plain(typed))
