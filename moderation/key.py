"""The key from which a list goes on, as addresses carry it: a moment and an id."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.gate import LARGEST_ID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DIGITS = 17  # microseconds until the year 5138


def write_key(moment: datetime, number: int) -> str:
    return f"{(moment - EPOCH) // timedelta(microseconds=1)}.{number}"


def read_key(key: str) -> tuple[datetime, int] | None:
    """The key in an address; anything odd starts the list from its beginning."""
    moment, _dot, number = key.partition(".")
    if not (key.isascii() and moment.isdigit() and number.isdigit()):
        return None
    if len(moment) > DIGITS or len(number) > DIGITS or int(number) > LARGEST_ID:
        return None
    return EPOCH + timedelta(microseconds=int(moment)), int(number)
