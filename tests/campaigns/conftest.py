"""A campaign in the middle of its second phase, as the tests of pages want it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from campaigns.bringing_in import bring_in, index
from campaigns.models import Campaign
from campaigns.notice_text import parse
from core import clock, figures
from core.db import db
from core.policy import SYSTEM
from tests.campaigns.texts import LOOSE
from tests.people import Cast

if TYPE_CHECKING:
    from tests.campaigns.proposing import Proposals

SLUG = "ask"
URL = f"/campaigns/{SLUG}"


def make(app: Flask, *, state: str = "open", slug: str = SLUG) -> int:
    """A campaign that began 20 days ago and lasts 20 more; phases meet five days ago."""
    with app.app_context():
        today = clock.today()
        brought = bring_in(parse(LOOSE, today.year), slug=slug, title=f"“问计基层”大讨论 {slug}")
        campaign = brought.campaign
        campaign.starts_on = today - timedelta(days=20)
        campaign.ends_on = today + timedelta(days=20)
        campaign.lead = "三件事，一件件办。"
        first, second = campaign.phases
        first.starts_on, first.ends_on = campaign.starts_on, today - timedelta(days=5)
        second.starts_on, second.ends_on = today - timedelta(days=4), campaign.ends_on
        if state != "draft":
            campaign.advance("open", SYSTEM)
            assert brought.notice is not None
            index(campaign, brought.notice)
        db.session.commit()
        return campaign.id


@pytest.fixture
def campaign_id(app: Flask) -> int:
    figures.forget()
    return make(app)


@pytest.fixture
def draft_id(app: Flask) -> int:
    return make(app, state="draft")


def shift(app: Flask, campaign_id: int, start: int, end: int) -> None:
    """Let the campaign begin and end so many days from today."""
    with app.app_context():
        campaign = db.session.get_one(Campaign, campaign_id)
        campaign.starts_on = clock.today() + timedelta(days=start)
        campaign.ends_on = clock.today() + timedelta(days=end)
        db.session.commit()


@pytest.fixture
def proposals(app: Flask, cast: Cast) -> Proposals:
    figures.forget()
    from tests.campaigns.proposing import Proposals

    return Proposals(app, cast)
