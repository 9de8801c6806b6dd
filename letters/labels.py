"""What templates of the mailbox call things."""

from __future__ import annotations

from typing import Any

from core.i18n import _l

from .categories import CATEGORIES, DAYS, DECLINE_REASONS, KINDS

OUTCOMES = {
    "answered": _l("答复"),
    "deferred": _l("暂缓"),
    "declined": _l("不能办"),
}
# Who says what in the dialogue, seen by the writer.
PURPOSES = {
    "question": _l("信箱办公室请你补充"),
    "answer": _l("你的补充"),
    "decision": _l("信箱办公室的说明"),
    "appeal": _l("你的申诉"),
    "reopening": _l("你要求重办"),
    "withdrawal": _l("你撤回来信"),
}
# The same, seen from the desk.
DESK_PURPOSES = {
    "question": _l("请写信人补充"),
    "answer": _l("写信人的补充"),
    "decision": _l("给写信人的说明"),
    "appeal": _l("写信人的申诉"),
    "reopening": _l("写信人要求重办"),
    "withdrawal": _l("写信人撤回来信"),
}
NOTE_PURPOSES = {
    "note": _l("批注"),
    "hand_back": _l("退回信箱办公室的理由"),
    "recall": _l("收回的理由"),
    "send_back": _l("退回修改的意见"),
}
EVENTS = {
    "submit": _l("来信收到"),
    "screen": _l("已开始审阅"),
    "ask": _l("已请写信人补充"),
    "answer": _l("写信人补充"),
    "resume": _l("不等补充，继续审阅"),
    "accept": _l("已受理"),
    "redirect": _l("已转其他机构"),
    "decline": _l("决定不予受理"),
    "appeal": _l("写信人申诉"),
    "assign": _l("已转办"),
    "claim": _l("已认领"),
    "hand_back": _l("承办单位退回"),
    "recall": _l("信箱办公室收回"),
    "begin": _l("已开始办理"),
    "draft": _l("已存草稿"),
    "present": _l("已送签"),
    "send_back": _l("已退回修改"),
    "sign": _l("已签发"),
    "rate": _l("写信人评价"),
    "lapse": _l("到期未评价"),
    "close": _l("已办结"),
    "reopen": _l("写信人要求重办"),
    "withdraw": _l("写信人撤回"),
    "restrict": _l("已隔离"),
    "release": _l("已解除隔离"),
    "consent": _l("写信人同意公开"),
    "retract_consent": _l("写信人收回公开的同意"),
    "agree": _l("承办单位同意公开答复"),
    "object": _l("承办单位不同意公开答复"),
}


def words() -> dict[str, Any]:
    """For every page of the mailbox."""
    return {
        "letter_words": {
            "categories": CATEGORIES,
            "kinds": KINDS,
            "days": DAYS,
            "decline_reasons": DECLINE_REASONS,
            "outcomes": OUTCOMES,
            "purposes": PURPOSES,
            "desk_purposes": DESK_PURPOSES,
            "note_purposes": NOTE_PURPOSES,
            "events": EVENTS,
        }
    }
