"""The one-time right to answer an anonymous survey: a random number that the server signs.

There are two levels. On ordinary pages a browser with script makes the number itself and has it
signed blindly (signing.py): the server never meets the number before it is used. Whoever opens
the form without such a right is handed one that the server makes.

The database keeps, apart from each other, to whom a right was handed (never the right) and the
digests of rights that were used (never whose). Nothing links the two: the number is random and
stands nowhere. So that a person may open the form in a second browser, the right lies beside
the name under a key that lives in the memory of the running server alone and dies with it.

This second level means trusting the server while it runs; the form says which one it is.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import date

from sqlalchemy import select, update

from core import clock, keys
from core.db import db, insert_into

from . import signing
from .models import SpentRight, Survey, SurveyRight

FIELD = "right"
COOKIE = "right"
IN_BROWSER = (
    "blind"  # instead of a right: the browser made it, and has it where scripts keep things
)
FORM = re.compile(r"[0-9a-f]{32}\.[0-9a-f]{32}")

# Made before the server's processes part, so that they share it; written down nowhere.
_memory = secrets.token_bytes(32)


def mint(survey: Survey) -> str:
    """A new right: a random 128-bit number and the server's signature for this survey."""
    number = secrets.token_hex(16)
    return f"{number}.{_signature(survey, number)}"


def is_genuine(survey: Survey, right: str) -> bool:
    """Whether the server signed it for this survey."""
    if not FORM.fullmatch(right):
        return signing.is_signed(survey, right)
    number, _, signature = right.partition(".")
    return keys.same(signature, _signature(survey, number))


def is_blind(right: str) -> bool:
    """Whether it is of the kind that browsers make: the server never met it before."""
    return bool(right) and not FORM.fullmatch(right)


def vouch(survey: Survey, person_id: int, blinded: str) -> str | None:
    """Sign what the person's browser made, in the caller's transaction; None when the person was
    handed a right before. The same again gets the same signature: its first may have got lost.
    """
    signed = signing.sign(survey, blinded)
    if signed is None:
        return None
    digest = hashlib.sha256(blinded.encode()).hexdigest()
    db.session.execute(
        insert_into(SurveyRight)
        .values(survey_id=survey.id, person_id=person_id, issued_on=_day(survey), blinded=digest)
        .on_conflict_do_nothing()
    )
    mine = (SurveyRight.survey_id == survey.id, SurveyRight.person_id == person_id)
    kept = db.session.scalar(select(SurveyRight.blinded).where(*mine))
    return signed if kept == digest else None


def issued_to(person_id: int, survey_ids: list[int]) -> set[int]:
    """The surveys whose right the person was handed."""
    asked = select(SurveyRight.survey_id).where(
        SurveyRight.person_id == person_id, SurveyRight.survey_id.in_(survey_ids)
    )
    return set(db.session.scalars(asked))


def hand_out(survey: Survey, person_id: int) -> str | None:
    """The person's right; "" when a browser of theirs made it, None when it was handed out before
    the server last started.

    Works in a transaction of its own that writes first: the page that shows the form only reads.
    """
    new = mint(survey)
    claim = insert_into(SurveyRight).values(
        survey_id=survey.id,
        person_id=person_id,
        issued_on=_day(survey),
        sealed=seal(survey, person_id, new),
    )
    with db.engine.begin() as connection:
        first = connection.execute(
            claim.on_conflict_do_nothing().returning(SurveyRight.survey_id)
        ).one_or_none()
        if first is not None:
            return new
        kept = connection.execute(
            select(SurveyRight.sealed, SurveyRight.blinded).where(
                SurveyRight.survey_id == survey.id, SurveyRight.person_id == person_id
            )
        ).one()
    return "" if kept.blinded else unseal(survey, person_id, kept.sealed)


def owner(survey: Survey, person_id: int | None) -> str:
    """A mark for a person's cookies, so that two people may share a browser.

    It differs for each survey and stands in cookies alone; the database never sees it. Where
    nobody signs in to answer, it is the browser's.
    """
    whose = person_id if survey.needs_account else None
    return keys.digest("survey-owner", survey.id, whose)[:20]


def spend(survey: Survey, right: str) -> bool:
    """Use the right up, in the caller's transaction; False when it was used before."""
    spent = db.session.execute(
        insert_into(SpentRight)
        .values(survey_id=survey.id, digest=_spent_digest(right))
        .on_conflict_do_nothing()
        .returning(SpentRight.survey_id)
    ).one_or_none()
    return spent is not None


def is_spent(survey: Survey, right: str) -> bool:
    return db.session.get(SpentRight, (survey.id, _spent_digest(right))) is not None


def _spent_digest(right: str) -> str:
    return hashlib.sha256(right.partition(".")[0].encode()).hexdigest()


def veiled(source: str) -> str:
    """A mark of where a request comes from that nobody can make again, not even with SECRET_KEY."""
    return hmac.digest(_memory, f"source:{clock.today()}:{source}".encode(), "sha256").hex()


def forget_sealed(survey: Survey) -> None:
    """Nobody needs the rights of a survey that is over."""
    db.session.execute(
        update(SurveyRight).where(SurveyRight.survey_id == survey.id).values(sealed=None)
    )


def _day(survey: Survey) -> date:
    """The day that stands beside a right: everybody's, whenever it was fetched."""
    return survey.first_day or clock.today()


# --- Sealed with the server's memory -------------------------------------------------------


def seal(survey: Survey, whose: object, right: str) -> str:
    """The right, to lie beside whom it was handed to: a person, or the digest of a code."""
    salt = secrets.token_hex(16)
    number = right.partition(".")[0]
    return salt + _masked(survey, whose, salt, number) + _tag(number)


def unseal(survey: Survey, whose: object, sealed: str | None) -> str | None:
    if sealed is None:
        return None
    salt, masked, tag = sealed[:32], sealed[32:64], sealed[64:]
    number = _masked(survey, whose, salt, masked)
    if not keys.same(tag, _tag(number)):
        return None
    return f"{number}.{_signature(survey, number)}"


def _masked(survey: Survey, whose: object, salt: str, number: str) -> str:
    """The number under a pad that serves once: doing it twice gives the number back."""
    pad = hmac.digest(_memory, f"pad:{survey.id}:{whose}:{salt}".encode(), "sha256")
    return bytes(a ^ b for a, b in zip(bytes.fromhex(number), pad, strict=False)).hex()


def _tag(number: str) -> str:
    return hmac.digest(_memory, f"tag:{number}".encode(), "sha256").hex()[:16]


def _signature(survey: Survey, number: str) -> str:
    return keys.digest("survey-right", survey.id, number)[:32]
