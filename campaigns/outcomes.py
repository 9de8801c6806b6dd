"""What a leader may say to a proposal: every one ends with one of these and a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.i18n import _l


@dataclass(frozen=True)
class Outcome:
    """`verb` is the move that leads to the state of this name."""

    verb: str
    label: Any
    meaning: Any


OUTCOMES = {
    "adopted": Outcome("adopt", _l("采纳"), _l("会照着办；请写明谁来办、什么时候办。")),
    "partly": Outcome("adopt_partly", _l("部分采纳"), _l("办哪些、不办哪些，各是为什么。")),
    "already_done": Outcome("find_done", _l("已在做"), _l("请写明现在做到哪一步、在哪里看得到。")),
    "research": Outcome(
        "research", _l("列入研究"), _l("请写明由谁研究、什么时候给结果；以后还要再答复一次。")
    ),
    "infeasible": Outcome(
        "find_infeasible", _l("暂不可行"), _l("请写明卡在哪里，条件具备了还能不能办。")
    ),
    "out_of_scope": Outcome(
        "find_out_of_scope", _l("不在职责内"), _l("请写明归谁管、可以到哪里去提。")
    ),
}
WAITING = ("open", "research")  # what is still to be answered, for good


def moves() -> dict[str, tuple[tuple[str, ...], str]]:
    """The rows of the machine; what is studied is not put off to study again."""
    return {
        one.verb: (("open",) if state == "research" else WAITING, state)
        for state, one in OUTCOMES.items()
    }
