"""What moderation puts on the shelves: the menu entry, what waits, the notices."""

from __future__ import annotations

from functools import partial

from flask import url_for
from sqlalchemy import select

from core import attachments, notices, registry
from core.db import db
from core.i18n import _, _l, ngettext
from core.policy import Actor
from core.registry import Place, Waiting

from . import carrying, queueing, standing_in, telling
from .finding import plain
from .models import QueueItem, Revision
from .reviewable import kinds

QUEUE = Place(
    "moderation.show_queue", _l("待审"), "moderation:queue:show", order=10, count=queueing.count
)
TERMS = Place("terms.list_rules", _l("用语规则"), "moderation:terms:list", order=12)
OWN = Place("own.list_texts", _l("我写的"), "moderation:text:list", order=5)
RETURNED = 20


def waiting_for(actor: Actor) -> list[Waiting]:
    """An author's returned texts; for a reviewer, the queue."""
    if actor.id is None:
        return []
    found = [
        Waiting(
            title=item.heading,
            url=kinds[item.subject_kind].review_url(item.subject_id),
            detail=_("审核员退回了这一条，请看说明后修改。"),
            state="returned",
            machine=Revision.kind,
            at=item.closed_at,
        )
        for item in db.session.scalars(
            select(QueueItem)
            .join(QueueItem.revision)
            .where(
                Revision.author_id == actor.id,
                Revision.state == "returned",
                plain(QueueItem.state) == "decided",  # from the author's versions to their items
            )
            .order_by(Revision.id.desc())
            .limit(RETURNED)
        )
    ]
    items, seconds = queueing.counts(actor)
    if number := items:
        found.append(
            Waiting(
                title=ngettext("%(num)d 条内容等待审核", "%(num)d 条内容等待审核", number),
                url=url_for("moderation.show_queue"),
            )
        )
    if number := seconds:
        found.append(
            Waiting(
                title=ngettext("%(num)d 条等你二次盲审", "%(num)d 条等你二次盲审", number),
                url=url_for("moderation.list_seconds"),
            )
        )
    return found


def fill() -> None:
    registry.add(attachments.carriers, carrying.may_read)
    registry.add(registry.account_menu, QUEUE)
    registry.add(registry.account_menu, TERMS)
    registry.add(registry.account_menu, OWN)
    registry.add(registry.own, OWN)
    registry.add(registry.waiting, waiting_for)
    _fill_notices()


def _fill_notices() -> None:
    """What is told. What stands under a title is looked up again when it is read."""
    titled = partial(notices.kind, recheck=telling.recheck)
    titled("moderation:approve", _l("“%(title)s”已通过审核，现在大家都能看到。"))
    titled("moderation:return", _l("“%(title)s”被退回修改，请看审核员的说明。"))
    titled("moderation:reject", _l("“%(title)s”未通过审核；理由和申诉的办法在原处。"))
    titled("moderation:hide", _l("“%(title)s”已被隐藏；理由和申诉的办法在原处。"))
    titled(
        "moderation:suspend", _l("“%(title)s”被几位同志举报，先收起来等审核员来看；说明在原处。")
    )
    titled("moderation:restore", _l("审核员看过了“%(title)s”，没有发现问题，已恢复原样。"))
    notices.kind("moderation:flag:clear", _l("你举报的一条审核员看过了：没有发现问题，予以保留。"))
    notices.kind("moderation:flag:confirm", _l("你举报的一条审核员看过了：确有问题，已经隐藏。"))
    notices.kind("moderation:flag:replace", _l("你举报的一条作者已经改过，大家看到的是新的一版。"))
    notices.kind("moderation:flag:withdraw", _l("你举报的一条作者自己撤回了，别人已经看不到。"))
    titled("moderation:overturn", _l("你的申诉成立，“%(title)s”已经发布。"))
    titled(
        "moderation:amend",
        _l("审核员改了“%(title)s”的几处文字后发布，请看改了哪里：可以接受，也可以要回原文。"),
    )
    titled("moderation:redact", _l("“%(title)s”里有几处已被审核员遮盖；理由在原处。"))
    titled("moderation:undo", _l("关于“%(title)s”的审核决定已撤销，请以原处现在的状态为准。"))
    titled("moderation:overdue", _l("“%(title)s”超过了审核时限，转到你这里。"), sort="task")
    titled("moderation:escalate", _l("审核员请你来审“%(title)s”。"), sort="task")
    notices.kind(
        "moderation:differ", _l("有一条二次盲审与原来的决定不一致，请看看两边的理由。"), sort="task"
    )
    notices.kind("moderation:inquiry", _l("有人对审核公开记录提出询问，请你答复。"), sort="task")
    notices.kind("moderation:inquiry_answer", _l("你对审核公开记录的询问有了答复。"))
    notices.kind("moderation:inquiry_decline", _l("你对审核公开记录的询问没有公开，理由在原处。"))
    notices.kind("moderation:seal", _l("你的一条文字已被紧急封存；理由和提出异议的办法在原处。"))
    notices.kind("moderation:unseal", _l("你的一条文字已解除封存，恢复原样。"))
    notices.kind("moderation:lifted", _l("你封存的一条文字已解除封存。"))
    notices.kind("moderation:sealed", _l("有一条文字刚刚被紧急封存，请你过目。"), sort="task")
    notices.kind(
        standing_in.WANTED,
        _l(
            "有人提出异议，可是这里没有别的总审核员能处理。请另外指定一位总审核员："
            "本单位的或上级单位的都可以，指定以后由那一位处理。"
        ),
        sort="task",
    )
    notices.kind(
        standing_in.CALLED,
        _l(
            "你的异议要由别人来看，可是这里没有别的总审核员。已请管理员另外指定一位，由那一位答复你。"
        ),
    )
    notices.kind("moderation:purge", _l("你的一条没有公开的文字已按规定清除；编号和审核决定还在。"))
    titled("moderation:uphold", _l("对“%(title)s”的申诉有了答复：维持原决定。"))
    titled(
        "moderation:take_over",
        _l("%(who)s接手了你在审的“%(title)s”，说明：%(reason)s"),
        sort="task",
    )
