"""What happens to words that came too fast: they stay in their form and are kept as a draft."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask_login import current_user

from core import once
from core.db import db
from core.i18n import _

from . import drafts
from .drafts import DraftFault, SavedElsewhere, Typed
from .forms import ReplyForm
from .pace import Slow


def slowed(slow: Slow, act: str, subject_id: int, template: str, page: dict[str, Any]) -> Any:
    """The page of the form again, with what was typed and why it waits (429). Commits the draft."""
    once.release("forum:post", current_user)
    is_kept = _kept(act, subject_id, page["form"])
    said = _("文字已存为草稿。") if is_kept else _("文字还在下面。")
    html = render_template(template, slow=f"{slow.sentence}{said}", **page)
    db.session.commit()
    return html, 429, slow.headers


def _kept(act: str, subject_id: int, form: ReplyForm) -> bool:
    """Whether the words are kept as a draft: not beside another, or where there are too many."""
    base = request.form.get("revision" if act == "edit" else "seen", 0, type=int)
    number = request.form.get("draft", 0, type=int)
    try:
        held = drafts.save(act, subject_id, current_user, Typed.sent(), number, base)
    except (DraftFault, SavedElsewhere):
        return False
    form.draft.data = str(held.number) if held else ""
    return held is not None
