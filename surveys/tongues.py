"""The languages that a form is written in: what their speakers call them, and which way they run."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError


def own_name(code: str) -> str:
    """What a language calls itself; the code where nobody knows."""
    try:
        locale = Locale.parse(code, sep="-")
    except (ValueError, UnknownLocaleError):
        return code
    return locale.get_display_name(locale) or code


def direction(code: str) -> str:
    try:
        return str(Locale.parse(code, sep="-").text_direction)
    except (ValueError, UnknownLocaleError):
        return "ltr"
