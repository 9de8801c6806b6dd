"""One front door for everything that people write to be read by others.

A kind of content registers by subclassing `Reviewable`; what people write goes in by `submit`,
comes back by `withdraw`, is contested by `appeal`; readers flag it on `flag_page`. The queue, decisions, differences, notices
and the open log work for every kind alike.
"""

from __future__ import annotations

from flask import Flask

from .deciding import hide
from .door import appeal, submit, why, withdraw
from .flagging import flag_page
from .flags import raise_flag
from .forms import ReasonedForm
from .models import Revision
from .outcomes import grounds
from .reviewable import Context, Passage, Reviewable, ReviewPlace
from .scope import covers, is_reviewer
from .standing import Standing, Unsettled, standings
from .terms.screening import remarks
from .versions import Version, versions
from .wording import Wording

__all__ = [
    "Context",
    "Passage",
    "ReasonedForm",
    "ReviewPlace",
    "Reviewable",
    "Revision",
    "Standing",
    "Unsettled",
    "Version",
    "Wording",
    "appeal",
    "covers",
    "flag_page",
    "grounds",
    "hide",
    "is_reviewer",
    "raise_flag",
    "remarks",
    "standings",
    "submit",
    "versions",
    "why",
    "withdraw",
]


def init_app(app: Flask) -> None:
    from . import policy, shelves, views  # noqa: F401
    from .terms import commands
    from .terms import views as terms_views

    app.register_blueprint(views.bp)
    app.register_blueprint(terms_views.bp)
    app.cli.add_command(commands.terms_cli)
    shelves.fill()
