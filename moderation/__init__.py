"""One front door for everything that people write to be read by others.

A kind of content registers by subclassing `Reviewable`; what people write goes in by `submit`,
comes back by `withdraw`, is contested by `appeal`; readers flag it on `flag_page`. The queue,
decisions, differences, notices and the open log work for every kind alike.
"""

from __future__ import annotations

from flask import Flask

from .acting import Stand, cover_page, hide_page
from .amending import accept, awaits_answer, revert
from .appealing import appeal_page
from .door import appeal, retract, submit, why, withdraw
from .flagging import flag_page
from .flags import open_count as flags_open_on
from .flags import raise_flag
from .following import follow, lock_waiting
from .models import Revision
from .newness import is_new as is_new_member
from .outcomes import grounds
from .remarks import remarks_on
from .reviewable import NOTHING, Context, Named, Passage, Reviewable, ReviewPlace, Words
from .scope import covers, is_reviewer, reviewer_role
from .seal_views import seal_page
from .standing import Standing, Unsettled, standing_of, standings
from .terms.screening import cautions
from .undoing import TIME as UNDO_TIME
from .versions import Version, versions
from .wording import Wording

__all__ = [
    "NOTHING",
    "UNDO_TIME",
    "Context",
    "Named",
    "Passage",
    "ReviewPlace",
    "Reviewable",
    "Revision",
    "Stand",
    "Standing",
    "Unsettled",
    "Version",
    "Wording",
    "Words",
    "accept",
    "appeal",
    "appeal_page",
    "awaits_answer",
    "cautions",
    "cover_page",
    "covers",
    "flag_page",
    "flags_open_on",
    "follow",
    "grounds",
    "hide_page",
    "is_new_member",
    "is_reviewer",
    "lock_waiting",
    "raise_flag",
    "remarks_on",
    "retract",
    "revert",
    "reviewer_role",
    "seal_page",
    "standing_of",
    "standings",
    "submit",
    "versions",
    "why",
    "withdraw",
]


def init_app(app: Flask) -> None:
    from . import (  # noqa: F401
        edit_views,
        own_views,
        policy,
        record,
        remark_views,
        seal_views,
        second_views,
        shelves,
        template_views,
        views,
    )
    from .terms import commands
    from .terms import views as terms_views

    app.register_blueprint(views.bp)
    app.register_blueprint(record.bp)
    app.register_blueprint(own_views.bp)
    app.register_blueprint(seal_views.bp)
    app.register_blueprint(terms_views.bp)
    app.cli.add_command(commands.terms_cli)
    shelves.fill()
