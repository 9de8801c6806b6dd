"""Giving a post a word of a small set, and taking it back."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, request
from flask_login import current_user
from sqlalchemy.orm import joinedload

from core.db import db
from core.gate import requires

from . import reactions
from .models import Post
from .views import bp

WITH_WORDS = (joinedload(Post.public_revision), joinedload(Post.author))


@bp.get("/posts/<int:id>/react")
@requires("forum:post:react", Post, load=WITH_WORDS)
def choose_reaction(post: Post) -> Any:
    """The words with what each means; static/js/forum/react.js shows them under the post."""
    given = reactions.on(post, current_user)
    return render_template("forum/react.html", post=post, given=given, kinds=reactions.KINDS)


@bp.post("/posts/<int:id>/react")
@requires("forum:post:react", Post)
def react(post: Post) -> Any:
    """`give=agree` or `take=agree`: said twice it is no more than said once."""
    verb = "take" if "take" in request.form else "give"
    kind = request.form.get(verb, "")
    if kind not in reactions.KINDS:
        abort(422)
    (reactions.take if verb == "take" else reactions.give)(post, kind, current_user)
    there = post.url
    db.session.commit()
    return redirect(there)
