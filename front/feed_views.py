"""Feeds, and the tokens that let feed readers in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from core import feed_tokens, feeds, notices, search
from core.db import db
from core.feed_tokens import FeedToken
from core.feeds import Entry, Listing
from core.forms import BaseForm, LineField, Required
from core.gate import requires
from core.i18n import _, _l
from core.notices import Notice
from core.policy import Actor
from core.text import plain

from . import narrowing
from .views import WORDS, bp

TOKEN = "token"


class TokenForm(BaseForm):
    name = LineField(_l("起个名字"), [Required(_l("请起个名字，以后认得出是哪一个。"))], limit=40)


@bp.get("/feeds/<kind>/<key>")
@requires("front:feed:read")
def show_feed(kind: str, key: str) -> Any:
    """A listing as a feed: read by whoever is signed in here, or by whom the token lets in."""
    token = request.args.get(TOKEN)
    actor = current_user if token is None else feed_tokens.reader(token)
    asked = {name: value for name, value in request.args.items() if name != TOKEN}
    listing = feeds.read(kind, key, asked, actor) if actor is not None else None
    if listing is None:
        if token is None and not current_user.is_authenticated:
            raise Unauthorized
        abort(404)
    answer = Response(feeds.written(listing, feeds.address(kind, key, asked)), mimetype=feeds.TYPE)
    answer.add_etag()
    return answer.make_conditional(request)


@bp.route("/me/feeds", methods=["GET", "POST"])
@requires("front:feed:tokens")
def list_tokens() -> Any:
    form, token = TokenForm(), None
    if form.sent():
        token = feed_tokens.make(current_user, str(form.name.data))
        if token is None:
            form.name.errors = [_("最多 %(most)d 个，请先停掉不用的。", most=feed_tokens.MOST)]
        else:
            form.name.data = ""
        db.session.commit()
    own = FeedToken.visible_to(current_user).order_by(FeedToken.id.desc())
    page = {"tokens": db.session.scalars(own).all(), "token": token, "form": form}
    return render_template("front/feeds.html", **page), 422 if form.errors else 200


@bp.post("/me/feeds/<int:id>/revoke")
@requires("front:feed:revoke", FeedToken)
def revoke_token(token: FeedToken) -> Response:
    db.session.delete(token)
    db.session.commit()
    flash(_("已停用，用它的订阅马上就读不到了。"), "good")
    return redirect(url_for("front.list_tokens"))


def found(key: str, asked: Mapping[str, str], actor: Actor) -> Listing | None:
    """The newest that a search finds."""
    words = " ".join(asked.get("q", "").split())[:WORDS]
    read = narrowing.read({**asked, "order": "newest"}, words, actor)
    if key != feeds.ALL or read.is_empty:
        return None
    hits = search.find(words, actor, 1, read.filters, read.reach).rows
    entries = [
        Entry(one.url, plain(one.title), one.at, plain(one.snippet), one.author) for one in hits
    ]
    return Listing(
        _("搜索：%(words)s", words=words),
        url_for("front.find", **dict[str, Any](read.values)),
        entries,
    )


def followed(key: str, _asked: Mapping[str, str], actor: Actor) -> Listing | None:
    """What the reader was told of what they follow, as they may read it now."""
    if key != feeds.ALL or not actor.is_authenticated:
        return None
    rows = db.session.scalars(
        Notice.visible_to(actor)
        .where(Notice.kind.in_(notices.of_sort("follow")))
        .order_by(Notice.at.desc(), Notice.id.desc())
        .limit(feeds.MOST)
    ).all()
    entries = [
        Entry(told.url, told.sentence, told.notice.at)
        for told in notices.told(rows, actor)
        if told.url is not None
    ]
    return Listing(_("我关注的"), url_for("front.inbox", sort="follow"), entries)
