"""Days as people write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from core.i18n import _

YEARS = range(1950, 2200)
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ].*)?")
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")


def read_day(written: str) -> date | None:
    """2026-04-15, 2026/4/15, 2026年4月15日 or 20260415; None when empty. Raises ValueError."""
    plain = unicodedata.normalize("NFKC", written).strip()
    if not plain:
        return None
    found = _DAY.fullmatch(plain) or _COMPACT_DAY.fullmatch(plain)
    try:
        if found and int(found[1]) in YEARS:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    raise ValueError(_("“%(day)s”不是日期，请写成 2026-04-15 这样。", day=written))
