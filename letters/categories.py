"""What letters are about, how long each kind may take, and why one is not taken up."""

from __future__ import annotations

from core.i18n import _l

CATEGORIES = {
    "cadres": _l("干部管理"),
    "training": _l("教育培训"),
    "archives": _l("干部档案"),
    "burden": _l("基层减负"),
    "treatment": _l("待遇保障"),
    "conduct": _l("工作作风"),
    "organisation": _l("基层党建"),
    "veterans": _l("老干部服务"),
    "housing": _l("住房生活"),
    "livelihood": _l("生活服务"),
    "other": _l("其他"),
}

KINDS = {
    "consultation": _l("咨询"),
    "ordinary": _l("一般事项"),
    "complex": _l("复杂事项"),
}
# Working days from the day of receipt to the reply.
DAYS = {"consultation": 3, "ordinary": 10, "complex": 30}

DECLINE_REASONS = {
    "in_court": _l("已进入诉讼、仲裁或复议程序"),
    "not_ours": _l("不属于组织部门职责，也没有可以转去的机构"),
    "no_substance": _l("没有可以办理的具体事项"),
    "decided": _l("同一事项已经答复，没有新的情况"),
    "under_inquiry": _l("纪检监察或司法机关正在办理"),
}

OUTCOMES = {
    "answered": _l("已答复"),
    "deferred": _l("暂缓，说明何时再答"),
    "declined": _l("不能办，说明理由"),
}

# Words of letters about who is chosen for a post: these belong to the 12380 channel.
SELECTION_WORDS = (
    "12380",
    "选人用人",
    "选拔任用",
    "干部任用",
    "提拔",
    "带病上岗",
    "买官",
    "卖官",
    "跑官",
    "要官",
    "拉票",
    "贿选",
    "任人唯亲",
    "打招呼任用",
    "突击提干",
    "火线提拔",
    "近亲繁殖",
    "任前公示",
)


def selection_words(*texts: str) -> list[str]:
    """Which words of personnel selection the texts use; the hint that 12380 may be the place."""
    said = "\n".join(texts)
    return [word for word in SELECTION_WORDS if word in said]
