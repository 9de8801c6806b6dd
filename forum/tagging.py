"""What is done with tags: chosen for a thread, made, changed, retired, merged. Commits nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, func, select, update

from core import clock, follows, jobs, journal, search
from core.db import db
from core.errors import Conflict
from core.i18n import _
from core.policy import Actor

from . import marks, tags
from .models import Board, Post, Thread, is_public
from .tags import Tag, ThreadTag

BATCH = 500  # posts that are marked anew in one transaction
PROPOSED = 20  # proposals that may wait on one board


class TagFault(ValueError):
    """What cannot be; the sentence says why, in the reader's language."""


def choose(thread: Thread, ids: Collection[int], actor: Actor) -> bool:
    """Let a thread bear exactly these of the tags that its board has; False when it does."""
    held = {id for _kind, id in tags.places(thread.id)}
    known = {tag.id for tag in tags.usable(thread.board_id)}
    wanted = set(ids) & known | held - known  # what is retired stays where it is
    if wanted == held:
        return False
    tags.give(thread, wanted - held)
    tags.take(thread, held - wanted)
    facts = {"tags": _said(wanted), "former": _said(held)}
    journal.append(thread.kind, thread.id, "tag", actor.id, facts=facts)
    _mark(thread)
    return True


def _said(ids: Collection[int]) -> str:
    return " ".join(map(str, sorted(ids)))


def _mark(thread: Thread) -> None:
    """Let the opening post be found by the tags at once, the others soon."""
    if not thread.is_public:
        return
    _mark_posts(thread.id, after=0, limit=1)
    if thread.post_count > 1:
        jobs.enqueue("forum.mark_tags", thread=thread.id, after=0)


def _mark_posts(thread_id: int, after: int, limit: int) -> list[int]:
    numbers = select(Post.number, Post.id).where(
        Post.thread_id == thread_id, is_public, Post.number > after
    )
    rows = db.session.execute(numbers.order_by(Post.number).limit(limit)).all()
    own = {id for _kind, id in tags.places(thread_id)}
    others = set(db.session.scalars(select(Tag.id))) - own
    search.remark(
        Post.kind,
        [row.id for row in rows],
        add=[marks.of_tag(id) for id in sorted(own)],
        remove=[marks.of_tag(id) for id in others],
    )
    return [row.number for row in rows]


@jobs.job("forum.mark_tags")
def mark_tags(thread: int, after: int = 0) -> None:
    """Let the next posts of a thread be found by the tags that it bears now."""
    numbers = _mark_posts(thread, after, BATCH)
    if len(numbers) == BATCH:
        jobs.enqueue("forum.mark_tags", thread=thread, after=numbers[-1])


def propose(thread: Thread, names: Sequence[str]) -> None:
    """Let the board's reviewers see what a writer would call it; a name that is there is used."""
    if not names:
        return
    known = {tag.name: tag.id for tag in tags.usable(thread.board_id)}
    ids = {known[name] for name in names if name in known}
    waiting = select(Tag).where(Tag.board_id == thread.board_id, Tag.accepted_at.is_(None))
    proposed = {tag.name: tag for tag in db.session.scalars(waiting)}
    for name in names:
        if name not in known and name not in proposed and len(proposed) < PROPOSED:
            proposed[name] = Tag(board_id=thread.board_id, name=name)
            db.session.add(proposed[name])
    db.session.flush()
    tags.give(thread, ids | {proposed[name].id for name in names if name in proposed})


def add(board: Board | None, actor: Actor, **said: str | None) -> Tag:
    """A new tag of a board, or (None) of the site. Raises TagFault."""
    refuse_double(str(said["name"]), board.id if board else None)
    tag = Tag(board_id=board.id if board else None, accepted_at=clock.now(), **said)
    db.session.add(tag)
    db.session.flush()
    journal.append(Tag.kind, tag.id, "create", actor.id)
    return tag


def edit(tag: Tag, actor: Actor, **said: str | None) -> None:
    """Change what a tag says. Raises TagFault."""
    refuse_double(str(said["name"]), tag.board_id, tag.id)
    for name, value in said.items():
        setattr(tag, name, value)
    journal.append(Tag.kind, tag.id, "edit", actor.id)


def refuse_double(name: str, board_id: int | None, own: int = 0) -> None:
    """Two tags that somebody could choose between have two names. Raises TagFault."""
    same = select(Tag.id).where(
        Tag.name == name, Tag.id != own, Tag.merged_into_id.is_(None), Tag.accepted_at.is_not(None)
    )
    if board_id is not None:
        same = same.where((Tag.board_id == board_id) | Tag.board_id.is_(None))
    if db.session.scalar(same.limit(1)) is not None:
        raise TagFault(_("已经有叫“%(name)s”的标签了。", name=name))


def turn(tag: Tag, verb: str, actor: Actor) -> None:
    """Accept or decline a proposal, retire a tag or bring it back. Raises Conflict."""
    is_proposed = tag.accepted_at is None
    fits = {
        "accept": is_proposed,
        "decline": is_proposed,
        "retire": tag.is_usable,
        "restore": bool(tag.retired_at) and tag.merged_into_id is None,
    }
    if not fits[verb]:
        raise Conflict(tag, _("这个标签已经处理过了。"))
    if verb == "accept":
        refuse_double(tag.name, tag.board_id, tag.id)
        tag.accepted_at = clock.now()
    elif verb == "decline":
        db.session.execute(delete(ThreadTag).where(ThreadTag.tag_id == tag.id))
        db.session.delete(tag)
    else:
        tag.retired_at = clock.now() if verb == "retire" else None
    journal.append(Tag.kind, tag.id, verb, actor.id)


def targets(tag: Tag) -> Sequence[Tag]:
    """What a tag may be merged into: all of the site's, and its own board's."""
    return [one for one in tags.usable(tag.board_id or 0) if one.id != tag.id]


def merge(tag: Tag, into: Tag, actor: Actor) -> None:
    """Let one tag stand for two: threads, and those who follow, go over. Raises Conflict.

    No text is indexed anew for it: a search for the one asks for the marks of both.
    """
    if not (tag.is_usable and into.is_usable):
        raise Conflict(tag, _("这个标签已经处理过了。"))
    old, quiet = ThreadTag.tag_id == tag.id, {"synchronize_session": False}
    has_it = select(ThreadTag.thread_id).where(ThreadTag.tag_id == into.id)
    double = delete(ThreadTag).where(old, ThreadTag.thread_id.in_(has_it))
    db.session.execute(double.execution_options(**quiet))
    over = update(ThreadTag).where(old).values(tag_id=into.id)
    db.session.execute(over.execution_options(**quiet))
    follows.carry_over(Tag.kind, tag.id, into.id)
    earlier = update(Tag).where(Tag.merged_into_id == tag.id).values(merged_into_id=into.id)
    db.session.execute(earlier)
    tag.merged_into_id = into.id
    journal.append(Tag.kind, tag.id, "merge", actor.id, facts={"into": into.id})


def counts(board: Board | None, actor: Actor) -> dict[int, int]:
    """How many public threads of a board (None: of all that the actor reads) bear each tag."""
    found = select(ThreadTag.tag_id, func.count()).where(ThreadTag.last_post_at.is_not(None))
    if board is None:
        found = found.where(ThreadTag.board_id.in_(select(Board.id).where(Board.open_to(actor))))
    else:
        found = found.where(ThreadTag.board_id == board.id)
    return {row[0]: row[1] for row in db.session.execute(found.group_by(ThreadTag.tag_id))}


def let_propose(board: Board, actor: Actor) -> None:
    """Let writers propose tags of a board from now on, or, where they might, no longer."""
    board.proposes_tags = not board.proposes_tags
    facts = {"propose": int(board.proposes_tags)}
    journal.append(board.kind, board.id, "tag", actor.id, facts=facts)
