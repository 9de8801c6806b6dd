"""Tracking codes of unnamed letters, and what the database keeps of them and of their forms."""

from __future__ import annotations

from core import keys
from core.codes import code_for as code_of_purpose
from core.codes import form_key, normal

__all__ = ["code_for", "form_digest", "form_key", "normal", "tracking_digest"]


def code_for(form_key: str) -> str:
    """The tracking code that belongs to a form key."""
    return code_of_purpose("letter-code", form_key)


def tracking_digest(code: str) -> str:
    """What the database keeps of a code; its key is outside database and backups."""
    return keys.digest("letter-tracking", normal(code))


def form_digest(form_key: str) -> str:
    """What an unnamed letter keeps of the form it came by, against double sending."""
    return keys.digest("letter-form", form_key)
