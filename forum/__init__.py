"""Boards, threads and posts."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    from . import (  # noqa: F401
        arrival,
        board_views,
        bookmark_views,
        bookmarks,
        draft_views,
        export_views,
        feeding,
        follow_views,
        following,
        hours_views,
        moderator_views,
        moving_views,
        policy,
        reaction_views,
        reactions,
        read_mark_views,
        shelves,
        similar_views,
        tag_views,
        tagging,
        tending_views,
        views,
        word_views,
    )

    app.register_blueprint(views.bp)
    app.jinja_env.globals["reaction_words"] = reactions.words
    shelves.fill()
    feeding.fill()
    following.fill()
    reactions.fill()
    bookmarks.fill()
    arrival.fill()
