"""Addresses given by the browser: only paths of our own are followed."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit


def is_ours(target: str) -> bool:
    """Whether a redirect target is a plain path here: no host, no backslash, no control."""
    if not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target:
        return False
    if any(c.isspace() or unicodedata.category(c).startswith("C") for c in target):
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc
