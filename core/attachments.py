"""Files that belong to texts: who brought them, what they are, who may read them.

A file is its owner's alone until a text is sent with it; from then on it is read by whoever may
read a version of that text that carries it, which the text's area tells (`carriers`). Versions
keep a list of `Note`s; bytes lie in core/storage.py, each once. Nothing here commits.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import IO, Any, NamedTuple

from cryptography.fernet import InvalidToken
from flask import current_app
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Select,
    String,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import FileStorage

from . import clock, keys
from .db import Base, db, hold
from .errors import Conflict
from .files import FileFault, Upload, receive
from .i18n import _
from .images import FORMATS, redrawn
from .jobs import enqueue, job
from .policy import Actor
from .storage import StorageFault, answering, storage
from .text import TextFault, clean_line

# Endings, and what the bytes must show (core/files.py).
KINDS = {
    **{one: one for one in ("png", "jpg", "webp", "gif", "pdf", "docx", "xlsx", "pptx")},
    **dict.fromkeys(("doc", "xls", "ppt"), "ole"),
    **dict.fromkeys(("csv", "txt"), "text"),
    "jpeg": "jpg",
}
IMAGES = ("png", "jpg", "webp")  # what is kept; a gif becomes a png
NAME_LIMIT = 100  # characters
CALLED = 40  # characters of a name in a sentence
MOST = 10  # files of one text
MOST_UNSENT = 50  # files of one person that no text was sent with
KEEP_UNSENT = timedelta(days=7)
PURPOSE = "attachment"
SEALED = ".sealed"


class Note(NamedTuple):
    """What a version keeps of a file: all that a page shows of it. `size` in bytes, sides of a
    picture in pixels, 0 for what is none."""

    id: int
    name: str
    kind: str
    size: int
    digest: str
    width: int
    height: int

    @property
    def is_image(self) -> bool:
        return self.kind in IMAGES


class Attachment(Base):
    """A file and whose it is. `subject` names the text once it was sent, of any version."""

    __tablename__ = "attachments"
    __table_args__ = (
        Index(None, "subject_kind", "subject_id"),
        Index(None, "digest"),
        Index(None, "owner_id", "subject_id"),
        CheckConstraint("(subject_kind IS NULL) = (subject_id IS NULL)", name="subject"),
    )

    kind = "front:file"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    subject_kind: Mapped[str | None] = mapped_column(String(40))
    subject_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(NAME_LIMIT))
    file_kind: Mapped[str] = mapped_column(String(8))
    size: Mapped[int]
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    withheld_at: Mapped[datetime | None]  # its text lies under seal
    draft_ends_at: Mapped[datetime | None]  # a draft remembers it

    @property
    def note(self) -> Note:
        return Note(
            self.id, self.name, self.file_kind, self.size, self.digest, self.width, self.height
        )

    @staticmethod
    def visible_to(actor: Actor) -> Select[Attachment]:
        """Those that may be the actor's to read; `may_read` says whether they are."""
        return select(Attachment).where(
            Attachment.withheld_at.is_(None),
            or_(Attachment.subject_id.is_not(None), Attachment.owner_id == (actor.id or 0)),
        )


# Each says of the kinds of text it knows whether an actor may read a version with the file.
carriers: list[Callable[[Attachment, Actor], bool]] = []


def may_read(attachment: Attachment, actor: Actor) -> bool:
    if attachment.withheld_at is not None:
        return False
    if attachment.subject_kind is None:
        return attachment.owner_id == actor.id
    return any(reads(attachment, actor) for reads in carriers)


def readable(file_id: int, actor: Actor) -> Attachment | None:
    """The file, if the actor may read it now."""
    found = db.session.scalar(Attachment.visible_to(actor).where(Attachment.id == file_id))
    return found if found is not None and may_read(found, actor) else None


def opened(attachment: Attachment) -> IO[bytes]:
    """The bytes, to be read piece by piece. Raises KeyError when they are gone, StorageFault."""
    with answering(storage()) as place:
        try:
            return place.open(attachment.digest)
        except KeyError:  # just unsealed, and the worker has not yet put them back
            return io.BytesIO(_disclosed(place.get(attachment.digest + SEALED)))


def _disclosed(enclosed: bytes) -> bytes:
    try:
        return keys.disclose_bytes(PURPOSE, enclosed)
    except InvalidToken as fault:  # the key changed
        raise KeyError("enclosed with another key") from fault


def content(attachment: Attachment) -> bytes:
    """All the bytes."""
    with opened(attachment) as stream:
        return stream.read()


# --- Bringing files -----------------------------------------------------------------------


def take(handed_in: FileStorage | None, actor: Actor) -> Attachment:
    """A file of a form as one of the actor's own. Raises FileFault with a sentence."""
    return keep(received(handed_in), actor)


def received(handed_in: FileStorage | None) -> Upload:
    """A file of a form, if it may be kept at all. Raises FileFault."""
    upload = receive(handed_in, KINDS)
    limit = current_app.config["FILE_MB"]
    if len(upload.data) > limit * 2**20:
        raise FileFault(_("这个文件太大：最多 %(limit)d MB。", limit=limit))
    return upload


def drawn(upload: Upload) -> tuple[Note, bytes]:
    """What would be kept of a file, a picture drawn anew; nothing is. Raises FileFault."""
    ending = upload.name.rpartition(".")[2].strip().lower()
    kind, data, width, height = "jpg" if ending == "jpeg" else ending, upload.data, 0, 0
    if upload.kind in FORMATS:
        kind, data, width, height = redrawn(upload.kind, data)
    digest = hashlib.sha256(data).hexdigest()
    return Note(0, name_of(upload.name, kind), kind, len(data), digest, width, height), data


def keep(upload: Upload, actor: Actor) -> Attachment:
    """The same with bytes at hand. What the actor has brought before, unsent, is brought once."""
    (_none, name, kind, size, digest, width, height), data = drawn(upload)
    hold(f"file {digest}")
    mine = (Attachment.owner_id == actor.id, Attachment.subject_id.is_(None))
    same = (Attachment.digest == digest, Attachment.name == name)
    found = db.session.scalars(select(Attachment).where(*mine, *same)).first()
    if found is not None:
        return found
    _refuse_beyond(actor, size)
    try:
        with answering(storage()) as place:
            if not place.has(digest):
                place.put(digest, data)
    except StorageFault as fault:
        raise FileFault(_("现在存不下文件，请过一会儿再试。写的文字不受影响。")) from fault
    made = Attachment(
        owner_id=actor.id,
        name=name,
        file_kind=kind,
        size=size,
        width=width,
        height=height,
        digest=digest,
    )
    db.session.add(made)
    db.session.flush()
    return made


def _refuse_beyond(actor: Actor, size: int) -> None:
    """Raises FileFault where the actor has brought more than one person may."""
    since = Attachment.created_at > clock.now() - timedelta(days=1)
    unsent, brought = db.session.execute(
        select(
            func.count(case((Attachment.subject_id.is_(None), 1))),
            func.sum(case((since, Attachment.size))),
        ).where(Attachment.owner_id == actor.id)
    ).one()
    if unsent >= MOST_UNSENT:
        raise FileFault(_("你上传了太多没有发出的文件。请先发出已经写好的，或者过几天再试。"))
    limit = current_app.config["FILES_MB_PER_DAY"]
    if (brought or 0) + size > limit * 2**20:
        raise FileFault(
            _(
                "一个人一天最多上传 %(limit)d MB，你已经用完了。请明天再传，或者压缩后再试。",
                limit=limit,
            )
        )


def called(given: str) -> str:
    """A file's name as it came, short and without what nobody sees, for a sentence about it."""
    base = given.replace("\\", "/").rpartition("/")[2]
    try:
        said = clean_line(base, len(base))
    except TextFault:
        return _("文件")
    return said if len(said) <= CALLED else said[: CALLED - 1] + "…"


def name_of(given: str, kind: str) -> str:
    """A file's name without folders or what nobody sees, ending as the kind does."""
    base = given.replace("\\", "/").rpartition("/")[2]
    try:
        stem = clean_line(base.rpartition(".")[0], len(base))
    except TextFault:
        stem = ""
    stem = stem.strip(". ")[: NAME_LIMIT - len(kind) - 1].rstrip()
    return f"{stem or _('文件')}.{kind}"


# --- With a text --------------------------------------------------------------------------


def notes(kept: Iterable[Any]) -> tuple[Note, ...]:
    """The notes out of a version's JSON."""
    return tuple(Note(*one) for one in kept)


def bind(ids: Collection[int], record: Any) -> None:
    """The files belong to the record from now on. Raises Conflict when one belongs to another."""
    if not ids:
        return
    bound = db.session.scalars(
        update(Attachment)
        .where(
            Attachment.id.in_(ids),
            Attachment.owner_id == record.author_id,
            or_(
                Attachment.subject_id.is_(None),
                (Attachment.subject_kind == record.kind) & (Attachment.subject_id == record.id),
            ),
        )
        .values(subject_kind=record.kind, subject_id=record.id)
        .returning(Attachment.id)
        .execution_options(synchronize_session=False)
    ).all()
    if len(bound) != len(ids):
        raise Conflict(record, _("有的文件已经随另一条发出了。请重新选择文件。"))


def own(ids: Collection[int], actor: Actor) -> list[Attachment]:
    """Those of the ids that the actor brought and that lie under no seal, in their order. Whether
    one may still go with a text is for `bind` to say."""
    if not ids or actor.id is None:
        return []
    found = select(Attachment).where(
        Attachment.id.in_(ids), Attachment.owner_id == actor.id, Attachment.withheld_at.is_(None)
    )
    order = list(ids)
    return sorted(db.session.scalars(found), key=lambda one: order.index(one.id))


def keep_until(ids: Collection[int], actor: Actor, moment: datetime | None) -> None:
    """A draft remembers some of the actor's unsent files until then, or no longer."""
    if ids:
        db.session.execute(
            update(Attachment)
            .where(
                Attachment.id.in_(ids),
                Attachment.owner_id == actor.id,
                Attachment.subject_id.is_(None),
            )
            .values(draft_ends_at=moment)
            .execution_options(synchronize_session=False)
        )


def _of(kind: str, subject_id: int) -> list[Attachment]:
    found = select(Attachment).where(
        Attachment.subject_kind == kind, Attachment.subject_id == subject_id
    )
    return list(db.session.scalars(found.order_by(Attachment.id)))


def withhold(kind: str, subject_id: int) -> None:
    """Nobody reads the files of a text under seal; a worker then encloses the bytes."""
    for one in _of(kind, subject_id):
        one.withheld_at = clock.now()
        enqueue("core.tend_file", digest=one.digest)


def release(kind: str, subject_id: int) -> None:
    """The seal is lifted."""
    for one in _of(kind, subject_id):
        one.withheld_at = None
        enqueue("core.tend_file", digest=one.digest)


def purge(kind: str, subject_id: int) -> None:
    """The files of a text go for ever."""
    _drop(_of(kind, subject_id))


def drop_others(ids: Collection[int], record: Any) -> None:
    """Of what one person sent with a record, the files that it no longer carries go for ever."""
    _drop(
        one
        for one in _of(record.kind, record.id)
        if one.owner_id == record.author_id and one.id not in ids
    )


def _drop(gone: Iterable[Attachment]) -> None:
    for one in gone:
        db.session.delete(one)
        enqueue("core.tend_file", digest=one.digest)


@job("core.tend_file")
def tend_file(digest: str) -> None:
    """See to it that bytes lie in the open, enclosed, or not at all, as their files stand."""
    hold(f"file {digest}")
    withheld = select(Attachment.withheld_at.is_not(None)).where(Attachment.digest == digest)
    states = set(db.session.scalars(withheld))
    place, sealed = storage(), digest + SEALED
    if True in states and not place.has(sealed):
        place.put(sealed, keys.enclose_bytes(PURPOSE, place.get(digest)))
    if False in states and not place.has(digest):
        place.put(digest, keys.disclose_bytes(PURPOSE, place.get(sealed)))
    if False not in states:
        place.delete(digest)
    if True not in states:
        place.delete(sealed)


@job("core.sweep_files", every=timedelta(hours=24))
def sweep_files() -> None:
    """Files that no text was sent with go after some days, those of a draft with the draft."""
    now = clock.now()
    unsent = select(Attachment).where(
        Attachment.subject_id.is_(None),
        Attachment.created_at < now - KEEP_UNSENT,
        or_(Attachment.draft_ends_at.is_(None), Attachment.draft_ends_at < now),
    )
    _drop(db.session.scalars(unsent).all())
