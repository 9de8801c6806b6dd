"""What every form has in common by which somebody sets a level."""

from __future__ import annotations

from flask import abort, flash, request
from flask_login import current_user

from . import follows
from .db import db
from .i18n import _l

DONE = {
    follows.WATCH: _l("已关注：有新的公开内容，会在消息里告诉你。"),
    follows.NORMAL: _l("已恢复为普通。"),
    follows.MUTE: _l("已设为免打扰：不再有来自这里的消息。没有人会知道。"),
}


def chosen(kind: str, subject_id: int) -> None:
    """Take the level that the form says for the reader, and say so. Commits; 422 without one."""
    level = request.form.get("level", "")
    if level not in follows.LEVELS:
        abort(422)
    follows.choose(current_user, kind, subject_id, level)
    db.session.commit()
    flash(str(DONE[level]), "good")
