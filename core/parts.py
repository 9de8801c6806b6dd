"""Rendered parts of pages, kept for the minute.

`{{ drawn(macro, …) }}` in a template draws what `{{ macro(…) }}` draws, once a minute for the
same values in the same language. Two readers share a part only by asking for the same values:
such a macro draws from its values alone, never from who asks, the request or the session.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from flask_babel import get_locale
from jinja2.runtime import Macro

from . import clock

LARGEST = 40_000  # characters of one part; a larger one is drawn anew each time
MOST = 20_000_000  # characters of all parts that one server process keeps

_minute = 0
_size = 0
_parts: dict[tuple[Any, ...], str] = {}


def drawn(macro: Macro, *values: Any, **named: Any) -> str:
    """The macro's text. Raises TypeError for a value that is not compared by what it holds."""
    global _size
    for value in (*values, *named.values()):
        if value is not None and type(value).__hash__ in (object.__hash__, None):
            raise TypeError(
                f"{macro.name}: {type(value).__name__} is not compared by what it holds"
            )
    _begin_minute()
    key = (macro, str(get_locale()), request.script_root, values, *named.items())
    part = _parts.get(key)
    if part is None:
        part = macro(*values, **named)
        if len(part) <= LARGEST and _size < MOST:
            _parts[key] = part
            _size += len(part)
    return part


def _begin_minute() -> None:
    """What people read as "8 分钟前" must not grow old; nor does anything stay for ever."""
    global _minute, _size
    now = int(clock.now().timestamp()) // 60
    if now != _minute:
        _minute, _size = now, 0
        _parts.clear()


def init_app(app: Flask) -> None:
    app.jinja_env.globals["drawn"] = drawn
