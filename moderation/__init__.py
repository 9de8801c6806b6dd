"""One front door for everything that people write to be read by others.

A kind of content registers by subclassing `Reviewable`; what people write goes in by `submit`,
comes back by `withdraw`, is contested by `appeal`. The queue, decisions, differences, notices
and the open log work for every kind alike.
"""

from __future__ import annotations

from flask import Flask

from .deciding import hide
from .door import appeal, submit, why, withdraw
from .forms import ReasonedForm
from .models import Revision
from .reviewable import Context, Passage, Reviewable, ReviewPlace
from .scope import covers, is_reviewer
from .standing import Standing, Unsettled, standings
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
    "hide",
    "is_reviewer",
    "standings",
    "submit",
    "versions",
    "why",
    "withdraw",
]


def init_app(app: Flask) -> None:
    from . import policy, record, shelves, views  # noqa: F401

    app.register_blueprint(views.bp)
    app.register_blueprint(record.bp)
    shelves.fill()
