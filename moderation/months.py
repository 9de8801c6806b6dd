"""A month as addresses and reports name it: 2026-11."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from core import clock, i18n

_WRITTEN = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month where the organisation is."""

    year: int
    month: int

    @classmethod
    def read(cls, written: str) -> Self | None:
        """None for anything that is not written as 2026-11."""
        found = _WRITTEN.fullmatch(written)
        return cls(int(found[1]), int(found[2])) if found else None

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.year, day.month)

    @property
    def first_on(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def following(self) -> Month:
        return Month.of(self.first_on + timedelta(days=31))

    @property
    def previous(self) -> Month:
        return Month.of(self.first_on - timedelta(days=1))

    @property
    def starts_at(self) -> datetime:
        return clock.start_of(self.first_on)

    @property
    def ends_at(self) -> datetime:
        """The first moment after it."""
        return clock.start_of(self.following.first_on)

    @property
    def name(self) -> str:
        return i18n.month(self.first_on)

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"
