"""The pages around a text of any kind: readers flag it, reviewers hide, cover or seal it, its author
contests a decision and answers what a reviewer mended. An area says what the place is called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_login import current_user

from core import notices
from core.db import db
from core.gate import requires
from core.i18n import _

from .acting import Stand, cover_page, hide_page
from .amending import accept, awaits_answer, revert
from .appealing import appeal_page
from .door import why
from .flagging import flag_page
from .seal_views import seal_page
from .versions import versions

StandOf = Callable[[Any], Stand]
View = Callable[..., Any]


def pages_around(
    bp: Blueprint, model: Any, address: str, stand_of: StandOf, load: Sequence[Any] = ()
) -> None:
    """`<address>/<id>/appeal` and its like, each asking the kind's own permission of that name;
    `load` brings the public version."""
    pages: dict[str, View] = {
        "appeal": lambda it: appeal_page(it, stand_of(it).title, stand_of(it).url),
        "flag": lambda it: flag_page(it, it.url),
        "hide": lambda it: hide_page(it, stand_of(it)),
        "redact": lambda it: cover_page(it, stand_of(it)),
        "seal": lambda it: seal_page(it, stand_of(it).url),
    }
    for verb, page in pages.items():
        _add(bp, model, address, verb, page, load, ["GET", "POST"])


def answers_to_edits(
    bp: Blueprint, model: Any, address: str, stand_of: StandOf, load: Sequence[Any] = ()
) -> None:
    """The versions of a text, where its author accepts what a reviewer mended or takes it back."""

    def history(record: Any) -> Any:
        is_mine = record.author_id == current_user.id
        decision = why(record.public_revision) if is_mine and record.public_revision else None
        return render_template(
            "moderation/history.html",
            record=record,
            stand=stand_of(record),
            is_mine=is_mine,
            versions=versions(record, current_user),
            may_answer=is_mine and awaits_answer(record),
            words=decision.explanation if decision else "",
            ways={verb: record.address(verb, record.id) for verb in ("accept", "revert")},
        )

    def accepted(record: Any) -> Any:
        accept(record, current_user)
        flash(_("已接受审核员的修改。"), "good")
        return _answered(record, stand_of)

    def reverted(record: Any) -> Any:
        revert(model.for_review(record.id, lock=True), current_user)
        flash(_("改过的一版不再公开，你自己写的一版在等另一位审核员来审。"), "note")
        return _answered(record, stand_of)

    _add(bp, model, address, "history", history, load, ["GET"])
    _add(bp, model, address, "accept", accepted, load, ["POST"])
    _add(bp, model, address, "revert", reverted, load, ["POST"])


def _answered(record: Any, stand_of: StandOf) -> Any:
    there = stand_of(record).url
    notices.mark_read(current_user, [record.review_url(record.id)])
    db.session.commit()
    return redirect(there)


def _add(
    bp: Blueprint,
    model: Any,
    address: str,
    verb: str,
    page: View,
    load: Sequence[Any],
    methods: list[str],
) -> None:
    view = requires(f"{model.kind}:{verb}", model, load=load)(page)
    name = f"{verb}_{model.kind.rpartition(':')[2]}"  # as Reviewable.address asks for it
    bp.add_url_rule(f"{address}/<int:id>/{verb}", name, view, methods=methods)
