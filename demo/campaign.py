"""The demo's campaign: its notice, its phases, opened on its first day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from campaigns.bringing_in import bring_in, index
from campaigns.notice_text import parse
from core import clock
from core.db import db

from . import reading
from .organisation import Organisation, person


def fill(people: Organisation) -> None:
    content = reading.table("campaign")
    said, office = content["campaign"], person("office")
    began = clock.now() + timedelta(days=said["start"])
    fields = {name: said[name] for name in ("title", "title_en", "lead", "lead_en")}
    fields |= {"unit_id": people.units[said["unit"]], **_period(said)}
    phases = [
        (place, {**_words(phase), **_period(phase)}) for place, phase in enumerate(content["phase"])
    ]
    with clock.travel(began - timedelta(hours=2)):
        parsed = parse(reading.text(said["notice"]), clock.today().year)
        brought = bring_in(parsed, slug=said["slug"], title=said["title"], actor=office)
    campaign = brought.campaign
    db.session.flush()
    with clock.travel(began - timedelta(hours=1)):
        campaign.revise(fields, phases, office)
        campaign.advance("open", office)
        assert brought.notice is not None
        index(campaign, brought.notice)
    db.session.flush()


def _words(phase: dict[str, Any]) -> dict[str, str]:
    return {name: phase[name] for name in ("title", "title_en", "aim", "aim_en")}


def _period(said: dict[str, Any]) -> dict[str, Any]:
    today = clock.today()
    return {
        "starts_on": today + timedelta(days=said["start"]),
        "ends_on": today + timedelta(days=said["end"]),
    }
