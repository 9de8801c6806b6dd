"""The small answer to a page that asks what came meanwhile."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request
from flask_login import current_user

from core import live, notices
from core.gate import requires

from .views import bp


@bp.get("/live")
@requires("front:live:show")
def show_news() -> Any:
    """{"news": 3, "notices": 1}: new things of what `of` names, and the reader's unread notices;
    304 when nothing changed. The statement that knows the reader, and one more."""
    asked = request.args.get("of", "")
    answer = jsonify(
        news=live.news(asked, current_user) if asked else 0,
        notices=notices.unread_count(current_user),
    )
    answer.add_etag()
    return answer.make_conditional(request)
