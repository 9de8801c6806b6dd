"""Questions and whole forms to begin from, shipped with the program."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

SHELF = Path(__file__).parent / "shelf"


@cache
def _read(name: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(
        (SHELF / f"{name}.json").read_text(encoding="utf-8")
    )
    return found


def shelf() -> dict[str, dict[str, Any]]:
    """Questions by name, without keys of their own."""
    return deepcopy(_read("questions"))


def templates() -> dict[str, dict[str, Any]]:
    """Whole forms by name, without slug and days."""
    return deepcopy(_read("templates"))
