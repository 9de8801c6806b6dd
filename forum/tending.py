"""Locking and pinning threads: by the board's reviewers, once, in the journal."""

from __future__ import annotations

from core import clock, journal
from core.errors import Conflict
from core.i18n import _, _l
from core.policy import Actor

from .models import Thread

# verb → what is said when it is done
DONE = {
    "lock": _l("已锁定，不再接受新的回帖。"),
    "unlock": _l("已解除锁定，可以回帖了。"),
    "pin": _l("已置顶。"),
    "unpin": _l("已取消置顶。"),
}


def tend(thread: Thread, verb: str, actor: Actor) -> None:
    """Lock, unlock, pin or unpin. Raises Conflict when it is so already. Commits nothing."""
    wanted = verb in ("lock", "pin")
    is_so = thread.is_locked if verb in ("lock", "unlock") else thread.is_pinned
    if is_so == wanted or not thread.is_public:
        raise Conflict(thread, _("这个主题已经是这样了，或者还没有发布。"))
    if verb in ("lock", "unlock"):
        thread.is_locked = wanted
    else:
        thread.pinned_at = clock.now() if wanted else None
    journal.append(thread.kind, thread.id, verb, actor.id)
