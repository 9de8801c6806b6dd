"""The reasons that a rejection or a hiding may name, and how verbs, outcomes, events and roles are called."""

from __future__ import annotations

from core.i18n import _l

REASONS = {
    "secret": _l("涉密或不宜公开的信息"),
    "private": _l("泄露他人的个人信息"),
    "abuse": _l("人身攻击、侮辱或歧视"),
    "advertising": _l("广告或推销"),
    "duplicate": _l("与已有内容重复"),
    "off_topic": _l("与本版主题无关"),
    "other_channel": _l("应走专门渠道（如选人用人举报走 12380）"),
    "other": _l("其他（请在说明里写清楚）"),
}

ITEM_REASONS = {
    "pre_moderated": _l("先审后发"),
    "edited": _l("已发布内容的修改"),
    "appeal": _l("申诉"),
    "spot_check": _l("发布后复查"),
    "matched": _l("命中用语规则"),
    "flagged": _l("举报"),
    "reverted": _l("作者不接受审核员的修改"),
}

# Why a text waits; an item may have several (models.GROUNDS).
GROUNDS = {
    **ITEM_REASONS,
    "new_member": _l("新成员"),
    "file": _l("带有附件"),
}

GROUNDS_IN_FULL = {
    "pre_moderated": _l("这里先审后发。"),
    "edited": _l("这是对已发布内容的修改；通过以前，大家看到的仍是原来的一稿。"),
    "appeal": _l("作者对原来的决定提出了申诉。"),
    "spot_check": _l("发布以后由审核员复查。"),
    "new_member": _l("作者来这里不久，通过审核的内容还不多。"),
    "matched": _l("文字里有用语规则要留意的词。"),
    "flagged": _l("有读者举报了这一条。"),
    "reverted": _l("作者要回了自己的原文，请另一位审核员来看。"),
    "file": _l("这一条带有附件，请连附件一起看。"),
}

AGES = {
    "hour": _l("等了一小时以上"),
    "day": _l("等了一天以上"),
    "three_days": _l("等了三天以上"),
    "overdue": _l("超过时限"),
}

CLAIMS = {
    "nobody": _l("没有人在审"),
    "me": _l("我在审"),
    "others": _l("别人在审"),
}

VERBS = {
    "approve": _l("通过"),
    "return": _l("退回作者修改"),
    "reject": _l("不通过"),
    "uphold": _l("维持原决定"),
    "overturn": _l("撤销原决定并发布"),
    "harmless": _l("没有问题，保留"),
    "hide": _l("隐藏"),
    "amend": _l("改好后通过"),
    "redact": _l("遮盖后通过"),
    "seal": _l("紧急封存"),
}

OUTCOMES = {
    "approve": _l("已通过"),
    "return": _l("已退回作者"),
    "reject": _l("未通过"),
    "hide": _l("已隐藏"),
    "uphold": _l("维持了原决定"),
    "overturn": _l("撤销了原决定，已发布"),
    "harmless": _l("没有发现问题，保留"),
    "amend": _l("改好后通过"),
    "redact": _l("遮盖了一部分"),
    "seal": _l("已紧急封存"),
}

EVENTS = {
    "claim": _l("开始审核"),
    "release": _l("放回待审"),
    "take_over": _l("接手"),
    "decide": _l("作出决定"),
    "withdraw": _l("作者撤回"),
    "escalate": _l("转给总审核员"),
    "lapse": _l("不用再审"),
    "seal": _l("作出决定"),
    "unseal": _l("解除封存"),
    "unseal_closed": _l("解除封存"),
    "resume": _l("解除封存"),
    "undo": _l("撤销决定"),
    "drop": _l("撤销决定"),
}

# How the monthly report calls what it counts.
COUNTED = {
    "approve": _l("通过"),
    "amend": _l("改好后通过"),
    "return": _l("退回"),
    "reject": _l("不通过"),
    "hide": _l("已隐藏"),
    "harmless": _l("没有问题，保留"),
    "redact": _l("遮盖了一部分"),
    "seal": _l("紧急封存"),
    "uphold": _l("维持"),
    "overturn": _l("改判"),
    "exempt": _l("免审"),
}

OTHER_ACTS = {
    "withdraw": _l("作者在等待中撤回"),
    "escalate_by_clock": _l("超过时限转总审核员"),
    "escalate_by_hand": _l("审核员上报"),
    "unseal": _l("解除紧急封存"),
}

# How the monthly report calls what became of second reviews.
SECOND_COUNTED = {
    "drawn": _l("抽到"),
    "judged": _l("已判断"),
    "agreed": _l("一致"),
    "differed": _l("不一致"),
    "lapsed": _l("过期没有人判断"),
    "dropped": _l("不用再判断"),
}

ROLES = {
    "moderator": _l("审核员"),
    "chief_moderator": _l("总审核员"),
    "local_moderator": _l("版块审核员"),
}
HIDDEN_PLACE = _l("不对你开放的版块")
