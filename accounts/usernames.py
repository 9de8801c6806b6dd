"""Usernames: one spelling for each, so that no two people look alike to the program."""

from __future__ import annotations

import re
import unicodedata

from core.i18n import _

LIMIT = 60
_FORM = re.compile(r"\w[\w.-]*\w")


def canonical(username: str) -> str:
    """The spelling that is kept and compared: no full-width forms, no capitals, no space around."""
    return unicodedata.normalize("NFKC", username).strip().lower()


def fault_of(username: str) -> str | None:
    """Why a canonical username cannot be given, in the reader's language; None when it can."""
    if len(username) > LIMIT:
        return _("用户名最多 %(limit)d 个字符。", limit=LIMIT)
    if not _FORM.fullmatch(username):
        return _("用户名由至少两个汉字、字母或数字组成，中间可以有点、横线和下划线。")
    return None
