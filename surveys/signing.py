"""Blind signatures: the server vouches for a right that it never sees (RFC 9474).

The browser makes a random number, blinds it and has it signed; unblinded, number and signature
are the right (RSABSSA-SHA384-PSS-Randomized, RSA of 2048 bits, a key for each survey). Whoever
signed cannot tell which of the rights that come back is which of those that were signed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)
from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from core import keys
from core.db import Base, db, insert_into

from .models import Survey

BITS = 2048
PURPOSE = "survey-signing"
MESSAGE = 64  # bytes: a random prefix of 32 before a random number of 32
SIGNATURE = BITS // 8
_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=48)


class SurveySigningKey(Base):
    """What signs the rights of an anonymous survey. The private half is enclosed (core/keys)."""

    __tablename__ = "survey_signing_keys"

    survey_id: Mapped[int] = mapped_column(
        ForeignKey("surveys.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    public: Mapped[str] = mapped_column(Text)
    private: Mapped[str] = mapped_column(Text)


def public_keys(survey_ids: list[int]) -> dict[int, str]:
    """The public halves (base64 of SubjectPublicKeyInfo) by survey; makes those not there yet.

    Works in a transaction of its own that writes first, as handing out a right does.
    """
    found = known_keys(survey_ids)
    for survey_id in set(survey_ids) - found.keys():
        row = {"survey_id": survey_id, **_made()}
        with db.engine.begin() as connection:
            connection.execute(insert_into(SurveySigningKey).values(row).on_conflict_do_nothing())
            mine = SurveySigningKey.survey_id == survey_id
            found[survey_id] = connection.execute(
                select(SurveySigningKey.public).where(mine)
            ).scalar_one()
    return found


def known_keys(survey_ids: list[int]) -> dict[int, str]:
    """The public halves that are there, by survey; reads only."""
    asked = select(SurveySigningKey.survey_id, SurveySigningKey.public).where(
        SurveySigningKey.survey_id.in_(survey_ids)
    )
    return {row.survey_id: row.public for row in db.session.execute(asked)}


def fingerprint(public: str) -> str:
    """A short name of a public key, by which people can compare theirs: 64 bits."""
    digest = hashlib.sha256(public.encode()).hexdigest()[:16]
    return " ".join(digest[at : at + 4] for at in range(0, 16, 4))


def sign(survey: Survey, blinded: str) -> str | None:
    """The signature of a blinded message (both base64url); None when it is none."""
    message = decoded(blinded, SIGNATURE)
    row = db.session.get(SurveySigningKey, survey.id)
    if message is None or row is None:
        return None
    key = load_der_private_key(
        base64.b64decode(keys.disclose(PURPOSE, row.private)),
        None,
        unsafe_skip_rsa_key_validation=True,
    )
    assert isinstance(key, rsa.RSAPrivateKey)
    signed = blind_sign(key.private_numbers(), message)
    return encoded(signed) if signed is not None else None


def blind_sign(key: rsa.RSAPrivateNumbers, blinded: bytes) -> bytes | None:
    """BlindSign of RFC 9474, section 4.3; None when the message is out of range.

    The message is blinded once more on its way through, so that the time it takes tells nothing
    of the key, and the outcome is checked, so that no fault of the machine gives the key away.
    """
    n, e = key.public_numbers.n, key.public_numbers.e
    message = int.from_bytes(blinded, "big")
    if not 0 < message < n:
        return None
    veil = secrets.randbelow(n - 2) + 2
    base = message * pow(veil, e, n) % n
    at_q = pow(base, key.dmq1, key.q)
    at_p = pow(base, key.dmp1, key.p)
    signed = at_q + key.q * ((at_p - at_q) * key.iqmp % key.p)
    signed = signed * pow(veil, -1, n) % n
    if pow(signed, e, n) != message:
        raise ArithmeticError("a signature that does not hold")
    return signed.to_bytes((n.bit_length() + 7) // 8, "big")


def is_signed(survey: Survey, right: str) -> bool:
    """Whether a right (message and signature, base64url with a dot between) is genuine."""
    said, _dot, signed = right.partition(".")
    message, signature = decoded(said, MESSAGE), decoded(signed, SIGNATURE)
    if message is None or signature is None:
        return False
    mine = select(SurveySigningKey.public).where(SurveySigningKey.survey_id == survey.id)
    public = db.session.scalar(mine)
    return public is not None and verifies(_loaded(public), message, signature)


def verifies(key: rsa.RSAPublicKey, message: bytes, signature: bytes) -> bool:
    """RSASSA-PSS with SHA-384 and a salt of 48 bytes."""
    try:
        key.verify(signature, message, _PSS, hashes.SHA384())
    except InvalidSignature:
        return False
    return True


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(said: str, length: int) -> bytes | None:
    """So many bytes said in base64url in the one way there is; None for all else.

    With a second way of saying the same, a right would be two.
    """
    try:
        data = base64.urlsafe_b64decode(said.encode("ascii") + b"=" * (-len(said) % 4))
    except (binascii.Error, ValueError):
        return None
    return data if len(data) == length and encoded(data) == said else None


@lru_cache(maxsize=64)
def _loaded(public: str) -> rsa.RSAPublicKey:
    key = load_der_public_key(base64.b64decode(public))
    assert isinstance(key, rsa.RSAPublicKey)
    return key


def _made() -> dict[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return {
        "public": base64.b64encode(public).decode(),
        "private": keys.enclose(PURPOSE, base64.b64encode(private).decode()),
    }
