"""When an own post may not be changed: while it is under seal, or its thread is locked.

A lock holds what was said as it stands. Whoever reviews there may still mend an own post, and a
version that a reviewer sent back is answered all the same.
"""

from __future__ import annotations

from core.errors import Conflict
from core.i18n import _
from core.policy import Actor
from moderation import is_reviewer

from . import tending
from .models import Post


def refuse_fixed(post: Post, actor: Actor) -> None:
    """Raises Conflict, which says why, where the post may not be changed now."""
    latest = post.latest_revision
    if post.is_sealed:
        raise Conflict(latest, _("这一条已被紧急封存，现在不能修改。"))
    is_asked_for = latest is not None and latest.state == "returned"
    if post.thread.is_locked and not (is_asked_for or is_reviewer(actor, post.unit, post.place)):
        why = tending.why_locked(post.thread)
        said = _("主题已经锁定，里面的帖子都不能再改。")
        raise Conflict(post.thread, said + (_("原因：%(reason)s", reason=why) if why else ""))
