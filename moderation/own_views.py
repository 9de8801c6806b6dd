"""The page on which a person finds everything of their own and where it stands."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask_login import current_user

from core import registry
from core.gate import requires

from . import own

bp = Blueprint("own", __name__)


@bp.get("/me/texts")
@requires("moderation:text:list")
def list_texts() -> Any:
    shown = request.args.get("shown", "")
    shown = shown if shown in own.SHOWN else ""
    after = request.args.get("after", "")[:40]
    return render_template(
        "moderation/own.html",
        page=own.page(current_user, shown, after),
        shown=shown,
        tabs=own.SHOWN,
        after=after,
        places=registry.visible(registry.navigation, current_user),
    )
