"""The few words of the ledger that are chosen, not written: channels, reasons, outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.i18n import _l

CHANNELS = {
    "online": _l("网上问卷"),
    "paper": _l("纸质征求意见表"),
    "meeting": _l("座谈会"),
    "letter": _l("来信来函"),
}
BY_HAND = ("paper", "meeting", "letter")

ASIDE = {
    "not_opinion": _l("不是意见"),
    "doubled": _l("重复录入"),
    "miscut": _l("摘错了"),
}


@dataclass(frozen=True)
class Outcome:
    """What a unit may say to an item, and what its reason should tell."""

    label: Any
    meaning: Any


OUTCOMES = {
    "done": Outcome(_l("已经办了"), _l("写明办了什么，在哪里看得到。")),
    "promised": Outcome(_l("限期办"), _l("写明怎么办、谁来办；到期以后还要再答复一次。")),
    "partly": Outcome(_l("部分办"), _l("办哪些、不办哪些，各是为什么。")),
    "explained": Outcome(_l("说明不办的理由"), _l("写明依据，条件具备了还能不能办。")),
    "referred": Outcome(_l("转请别的单位"), _l("写明转给谁、为什么归它管、怎么问进展。")),
}
