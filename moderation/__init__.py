"""One front door for everything that people write to be read by others.

A kind of content registers by subclassing `Reviewable`; what people write goes in by `submit`,
comes back by `withdraw`, is contested by `appeal`; `pages_around` gives it the pages of all that. The queue,
decisions, differences, notices and the open log work for every kind alike.
"""

from __future__ import annotations

from flask import Flask

from .acting import Stand
from .amending import awaits_answer
from .around import answers_to_edits, pages_around
from .door import appeal, retract, submit, why, withdraw
from .flags import open_count as flags_open_on
from .flags import raise_flag
from .following import follow, lock_waiting
from .models import Revision, latest_revisions
from .newness import is_new as is_new_member
from .outcomes import grounds
from .places import only_place, place
from .remarks import remarks_on
from .reviewable import (
    NOTHING,
    UNDER_REVIEW,
    Context,
    Named,
    Passage,
    Reviewable,
    Words,
)
from .scope import covers, is_reviewer, reviewer_role
from .standing import Standing, Unsettled, standing_of, standings
from .terms.screening import cautions
from .text_forms import TITLE, EditingForm, TextForm, TitledForm, typed
from .undoing import TIME as UNDO_TIME
from .wording import Wording

__all__ = [
    "NOTHING",
    "TITLE",
    "UNDER_REVIEW",
    "UNDO_TIME",
    "Context",
    "EditingForm",
    "Named",
    "Passage",
    "Reviewable",
    "Revision",
    "Stand",
    "Standing",
    "TextForm",
    "TitledForm",
    "Unsettled",
    "Wording",
    "Words",
    "answers_to_edits",
    "appeal",
    "awaits_answer",
    "cautions",
    "covers",
    "flags_open_on",
    "follow",
    "grounds",
    "is_new_member",
    "is_reviewer",
    "latest_revisions",
    "lock_waiting",
    "only_place",
    "pages_around",
    "place",
    "raise_flag",
    "remarks_on",
    "retract",
    "reviewer_role",
    "standing_of",
    "standings",
    "submit",
    "typed",
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
