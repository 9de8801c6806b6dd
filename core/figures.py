"""Named counts that areas register and that pages and reports read by name; what is counted for
everybody alike is kept for a minute.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar, cast

Counted = TypeVar("Counted")
Number = int | float | None


@dataclass(frozen=True)
class Figure:
    """A named count: its label and the function that counts (None: nothing to tell yet)."""

    name: str
    label: Any
    count: Callable[[], Number]


_figures: dict[str, Figure] = {}
_kept: dict[tuple[str, str], tuple[float, Any]] = {}
FRESH_SECONDS = 60


def figure(name: str, label: Any) -> Callable[[Callable[[], Number]], Callable[[], Number]]:
    """Register a function as the figure of that name."""

    def register(count: Callable[[], Number]) -> Callable[[], Number]:
        _figures[name] = Figure(name, label, count)
        return count

    return register


def known() -> dict[str, Figure]:
    return dict(_figures)


def read(name: str) -> Number:
    """The figure as it is now. Raises KeyError for an unknown name."""
    return _figures[name].count()


def recent(name: str) -> Number:
    """The figure as it was at most a minute ago: for pages that many people open."""
    return kept(name, _figures[name].count)


def kept(name: str, count: Callable[[], Counted]) -> Counted:
    """What the function counts, as it was at most a minute ago, for everybody the same."""
    from .db import db

    key = (str(db.engine.url), name)
    at, value = _kept.get(key, (float("-inf"), None))
    if monotonic() - at > FRESH_SECONDS:
        value = count()
        _kept[key] = (monotonic(), value)
    return cast(Counted, value)


def changed(name: str) -> None:
    """Count this one anew: what it counts was changed here just now."""
    from .db import db

    _kept.pop((str(db.engine.url), name), None)


def forget() -> None:
    """Count everything anew (tests)."""
    _kept.clear()
