"""One front door for everything that people write to be read by others.

A kind of content registers by subclassing `Reviewable`; what people write goes in by `submit`,
comes back by `withdraw`, is contested by `appeal`; readers flag it on `flag_page`. The queue,
decisions, differences, notices and the open log work for every kind alike.
"""

from __future__ import annotations

from flask import Flask

from .amending import accept, awaits_answer, redact, revert
from .deciding import hide
from .door import appeal, submit, why, withdraw
from .edit_forms import RedactForm
from .flagging import flag_page
from .flags import raise_flag
from .following import follow, lock_waiting
from .forms import ReasonedForm
from .models import Revision
from .outcomes import grounds
from .remarks import remarks_on
from .reviewable import Context, Passage, Reviewable, ReviewPlace
from .scope import covers, is_reviewer, reviewer_role
from .standing import Standing, Unsettled, standings
from .terms.screening import cautions
from .undoing import offer as offer_undo
from .versions import Version, versions
from .wording import Wording

__all__ = [
    "Context",
    "Passage",
    "ReasonedForm",
    "RedactForm",
    "ReviewPlace",
    "Reviewable",
    "Revision",
    "Standing",
    "Unsettled",
    "Version",
    "Wording",
    "accept",
    "appeal",
    "awaits_answer",
    "cautions",
    "covers",
    "flag_page",
    "follow",
    "grounds",
    "hide",
    "is_reviewer",
    "lock_waiting",
    "offer_undo",
    "raise_flag",
    "redact",
    "remarks_on",
    "revert",
    "reviewer_role",
    "standings",
    "submit",
    "versions",
    "why",
    "withdraw",
]


def init_app(app: Flask) -> None:
    from . import (  # noqa: F401
        edit_views,
        policy,
        record,
        remark_views,
        shelves,
        template_views,
        views,
    )
    from .terms import commands
    from .terms import views as terms_views

    app.register_blueprint(views.bp)
    app.register_blueprint(record.bp)
    app.register_blueprint(terms_views.bp)
    app.cli.add_command(commands.terms_cli)
    shelves.fill()
