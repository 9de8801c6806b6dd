"""How often a secret may be tried: per account and per source, whether the account exists or not.

The source is an address (of IPv6 its /64, which one household shares); it passes into a keyed
digest and is kept nowhere.
"""

from __future__ import annotations

import ipaddress
from datetime import timedelta

from flask import current_app, request

from core import throttle

from . import known_browser

PER = timedelta(minutes=15)


def source() -> str:
    """Where the request comes from, as far as one attacker can be told from another."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def spend(secret: str, username: str, person_id: int | None = None) -> list[int]:
    """Count a try at somebody's secret; gives what `throttle.take_back` takes when it was right.

    Raises TooMany. A browser that the person has used before has tries of its own, so that
    nobody can keep another out. Commit before comparing: tries at once must see each other.
    """
    limit = current_app.config["SIGN_IN_TRIES"]
    number = known_browser.number_for(person_id) if person_id is not None else None
    if number is not None:
        return throttle.spend(f"{secret} known", number, limit=limit, per=PER)
    limits = ((username, limit), (source(), current_app.config["SIGN_IN_TRIES_SOURCE"]))
    purposes = (f"{secret} account", f"{secret} source")
    return [
        attempt
        for purpose, (key, most) in zip(purposes, limits, strict=True)
        for attempt in throttle.spend(purpose, key, limit=most, per=PER)
    ]
