"""Receipts: a code with which whoever answered finds the own answer until it is released."""

from __future__ import annotations

from core import codes, keys

FIELD = "receipt"
COOKIE = "receipt"
MINUTES = 10  # for which the browser may keep a receipt that is still to be shown
FORM_FIELD = "form"  # the form's own random key, of which its receipt follows


def code_for(form_key: str) -> str:
    return codes.code_for("survey-receipt-code", codes.form_key(form_key))


def digest(survey_id: int, code: str) -> str:
    """What the database keeps of a receipt; its key is outside database and backups."""
    return keys.digest("survey-receipt", survey_id, codes.normal(code))
