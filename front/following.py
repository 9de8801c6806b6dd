"""All that the reader watches or has muted, in one list, to be changed there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from core import follows, telling
from core.db import db
from core.follow_form import chosen
from core.follows import Follow
from core.gate import requires
from core.i18n import _l
from core.paging import Pager, asked_page
from core.registry import Place

from .views import bp

PAGE = 50
CHOICES = ("watches_own", "hears_reactions")
PLACE = Place("front.list_follows", _l("我的关注"), "front:follow:list", order=5)


@dataclass(frozen=True)
class Followed:
    """A level of the reader's; without a title, what it is for is not to be read now."""

    id: int
    label: str
    title: str
    url: str | None
    level: str
    is_chosen: bool


@bp.get("/me/following")
@requires("front:follow:list")
def list_follows() -> Any:
    number = asked_page()
    found = db.session.scalars(
        Follow.visible_to(current_user)
        .order_by(Follow.id.desc())
        .limit(PAGE + 1)
        .offset((number - 1) * PAGE)
    ).all()
    total = (number - 1) * PAGE + len(found)
    return render_template(
        "front/following.html",
        pager=Pager(number, PAGE, total, _named(found[:PAGE])),
        choice=telling.of(current_user),
    )


def _named(rows: Sequence[Follow]) -> list[Followed]:
    """One statement for each kind that is there."""
    names: dict[follows.Place, tuple[str, str]] = {}
    kinds = follows.kinds()
    for name in {row.kind for row in rows} & kinds.keys():
        ids = [row.subject_id for row in rows if row.kind == name]
        for subject_id, named in kinds[name].named(ids, current_user).items():
            names[(name, subject_id)] = named
    made = []
    for row in rows:
        title, url = names.get((row.kind, row.subject_id), ("", None))
        label = str(kinds[row.kind].label) if row.kind in kinds else ""
        made.append(Followed(row.id, label, title, url, row.level, row.is_chosen))
    return made


@bp.post("/me/following/<int:id>")
@requires("front:follow:change", Follow)
def change_follow(follow: Follow) -> Response:
    chosen(follow.kind, follow.subject_id)
    return redirect(url_for("front.list_follows"))


@bp.post("/me/following/own")
@requires("front:follow:list")
def choose_own() -> Response:
    """Whether to watch the threads one writes in, and to hear of reactions, from now on."""
    asked = {name: request.form[name] == "yes" for name in CHOICES if name in request.form}
    if asked:
        telling.choose(current_user, **asked)
        db.session.commit()
    return redirect(url_for("front.list_follows"))
