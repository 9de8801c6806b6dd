"""What is kept of people, for how long and who can see it: the privacy page's rows.

Each table of the database stands in exactly one row (a test holds the two together), so that
no table comes without words about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.i18n import _, ngettext


@dataclass(frozen=True)
class Kept:
    """A kind of data: the tables that hold it, what it is, how long, who sees it."""

    tables: tuple[str, ...]
    what: str
    details: str
    how_long: str
    who: str


@dataclass(frozen=True)
class Group:
    key: str
    title: str
    rows: tuple[Kept, ...]


def groups(config: Mapping[str, Any]) -> tuple[Group, ...]:
    """Everything that is kept, in the reader's language; terms come from the settings in force."""
    return (
        Group("people", _("人和登录"), _people(config["SIGN_IN_HOURS"])),
        Group("words", _("写下的话"), (*_words(), *_beside(), *_checks(), *_reviews())),
        Group("answers", _("问卷"), (*_answers(), *_beside_answers())),
        Group("letters", _("部长信箱"), _letters()),
        Group("house", _("系统自己的记录"), (*_wishes(), *_house())),
    )


def _people(hours: int) -> tuple[Kept, ...]:
    while_here = _("在这里任职期间，以及之后，用来说明历史记录是谁的")
    return (
        Kept(
            ("people", "memberships"),
            _("姓名、用户名、单位、职务、角色及起止日期"),
            _("密码只存不可还原的摘要；选过的界面语言也记着。没有头像、手机号、身份证号。"),
            while_here,
            _("登录的人看得到姓名、单位、职务和角色；用户名由单位管理员和管理员管理。"),
        ),
        Kept(
            ("sign_ins",),
            _("登录和退出"),
            _(
                "每次登录存一个令牌的摘要和起止时间。不记 IP 地址，不记设备，不记看过哪些页面、看了多久。"
            ),
            ngettext(
                "%(num)d 小时后失效，一天内删除；退出登录时立即删除",
                "%(num)d 小时后失效，一天内删除；退出登录时立即删除",
                hours,
            ),
            _("只有本人，在“我”的页面上。"),
        ),
        Kept(
            ("attempts",),
            _("防止猜密码和滥用的计数"),
            _("存加密摘要和时间，密钥每天更换，过后无法知道是谁、从哪里来。"),
            _("两天"),
            _("没有人。"),
        ),
        Kept(
            ("slips",),
            _("重设密码的一次性纸条"),
            _("存编码的摘要、开给谁、谁开的、何时开的。"),
            _("用掉或过期为止"),
            _("本人和开纸条的管理员知道开过。"),
        ),
        Kept(
            ("people_imports",),
            _("批量导入的人员表"),
            _("上传的表格在预览和确认之间存着；确认后只留导入了哪些人。"),
            _("确认为止"),
            _("上传的管理员本人。"),
        ),
        Kept(
            ("units", "unit_edges", "supervision_links"),
            _("单位、隶属和督查关系"),
            _("不含个人信息。"),
            _("长期"),
            _("登录的人。"),
        ),
    )


def _words() -> tuple[Kept, ...]:
    return (
        Kept(
            (
                *("boards", "threads", "posts", "revisions", "signposts", "tendings"),
                *("quotations", "mentions"),
            ),
            _("主题帖和回帖"),
            _("署名，连同修改过的各个版本、时间和审核状态。不统计阅读次数和时长。"),
            _("长期；目前不自动删除"),
            _("通过审核的，能进入那个版块的人都看得到；没有通过的，只有作者和审核员看得到。"),
        ),
        Kept(
            ("proposals", "proposal_decisions"),
            _("合理化建议"),
            _("署名，提给哪个单位，各个版本和审核状态；单位的答复、理由、谁答复的和时间。"),
            _("长期；目前不自动删除"),
            _("通过审核以后，登录的人都看得到建议和答复；之前只有作者和审核员。"),
        ),
        Kept(
            ("tags", "thread_tags"),
            _("标签"),
            _(
                "标签的名称和说明，哪个主题带着哪些标签。有人提议的名称，采用以前不公开，也不记是谁提议的。"
            ),
            _("长期；没有采用的提议当即删除"),
            _("能进入那个版块的人；没有采用的提议只有审核员看得到。"),
        ),
        Kept(
            ("drafts",),
            _("没有发出的草稿"),
            _("写帖子时存下的文字、写在哪里、什么时候存的。信件从来不存草稿。"),
            _("发出或者清掉时删除；90 天没有动过，也会删除"),
            _("只有本人，管理员也看不到。"),
        ),
    )


def _beside() -> tuple[Kept, ...]:
    """What stands beside the words."""
    return (
        Kept(
            ("read_marks",),
            _("读到第几楼"),
            _("每个主题记一个楼号，用来告诉你有几条新的。不记什么时候看的、看了多久。"),
            _("账号还在的时候"),
            _("只有本人。"),
        ),
        Kept(
            ("reactions",),
            _("回应（有同感、有启发……）"),
            _("谁对哪一条点了哪一种，不记时间。同一个人点过的，从不合起来数。"),
            _("自己收回为止"),
            _("大家只看得到几位，看不到是谁；作者、审核员和管理员也一样。"),
        ),
        Kept(
            ("bookmarks",),
            _("收藏"),
            _("收藏了哪一条、自己写的备注、要在哪一天提醒。"),
            _("自己删掉为止"),
            _("只有本人。"),
        ),
        Kept(
            ("attachments",),
            _("附件"),
            _(
                "谁上传的、什么时候、文件名、种类和大小。图片重新生成，不留拍摄地点、时间和相机；别的文件原样保存，里面写着的作者等信息也还在。同样的内容只存一份。不记谁打开过。"
            ),
            _("随文字保留；没有随文字发出的七天后删除，草稿带着的随草稿删除"),
            _(
                "没有发出的只有本人；发出以后，看得到带着它的那一版文字的人。页面给出的地址十分钟内失效，打开时再问一次你能不能看。"
            ),
        ),
    )


def _checks() -> tuple[Kept, ...]:
    return (
        Kept(
            ("queue_items", "copy_marks", "decisions", "remarks", "explanation_templates"),
            _("审核"),
            _(
                "哪一条、为什么要审、谁审的、决定和理由、时间。等待审核的文字另有几个摘要，用来找出几乎相同的，审完就删。"
            ),
            _("长期"),
            _("作者和审核员看得到全部；公开的审核记录里只有决定和理由，没有未发布的文字。"),
        ),
        Kept(
            ("flags", "inquiries"),
            _("举报和对公开记录的提问"),
            _("谁对哪一条、原因和写的话、结果或答复、时间。"),
            _("长期"),
            _("本人和审核员；作者只看得到举报的原因，公开记录里没有举报人和提问人的姓名。"),
        ),
        Kept(
            ("term_rules", "term_versions", "term_trials", "term_matches"),
            _("用语规则"),
            _(
                "规则的各版和谁启用的；命中的是哪一稿的第几个字，不另存文字。"
                "试运行只记条数和编号。发出以前提醒你的个人号码，一个也不存。"
            ),
            _("长期"),
            _("规则只有总审核员看得到；命中的地方，审核员看得到，作者看得到理由。"),
        ),
        Kept(
            (
                "campaigns",
                "campaign_phases",
                "campaign_notices",
                "campaign_notice_paragraphs",
                "campaign_glossary_terms",
            ),
            _("活动和通知"),
            _("不含个人信息。"),
            _("长期"),
            _("登录的人；草稿只有指导小组办公室。"),
        ),
    )


def _reviews() -> tuple[Kept, ...]:
    return (
        Kept(
            ("second_reviews",),
            _("二次盲审"),
            _("抽到的是哪个决定、谁又判断了一次、判断、原因和写的话、时间；不给人打分、排名。"),
            _("长期"),
            _("判断的人和总审核员；作者看不到，也不会知道。"),
        ),
        Kept(
            ("seals", "seal_openings"),
            _("紧急封存"),
            _(
                "哪一条、谁封存、谁解除、理由、时间；原来的文字加密存一份，解除时删去。谁因为什么打开看过，每次都记着。"
            ),
            _("长期；加密的文字到解除封存为止"),
            _("文字只有总审核员说明理由以后看得到；作者知道被封存和理由。"),
        ),
        Kept(
            ("holds", "purges"),
            _("依法保留和清除"),
            _("哪一条、谁提出、谁确认、理由、时间；清除以后不再有原来的文字。"),
            _("长期"),
            _("审核员和管理员。"),
        ),
    )


def _answers() -> tuple[Kept, ...]:
    return (
        Kept(
            (
                *("survey_held_responses", "survey_spent_rights"),
                *("survey_rights", "survey_signing_keys"),
            ),
            _("匿名问卷的答卷"),
            _(
                "答卷不带姓名、时间、地址。知道谁领过答题权，不知道谁用了；用过的只留一个随机数的摘要，"
                "两者之间没有联系。答卷一到就加密封存，每天一次打乱次序、五份以上一起存入，选择和写下的话分开存放；"
                "回执码只留带密钥的摘要。答题权由浏览器自己造的，系统只盲签；由系统造的，前提是相信运行中的服务器。答题页上写明是哪一种。"
            ),
            _("长期；目前不自动删除"),
            _("人数太少时，结果不显示。写下的话只有指导小组办公室看得到，没有人知道是谁写的。"),
        ),
        Kept(
            (
                "surveys",
                "survey_versions",
                "survey_responses",
                "survey_answers",
                "survey_open_answers",
                "survey_result_snapshots",
            ),
            _("实名问卷的答卷，以及各问卷的题目和结果"),
            _("实名的答卷存姓名、选择、写下的话和时间；答题页开头写明是实名还是匿名。"),
            _("长期；目前不自动删除"),
            _("本人和指导小组办公室看得到答卷；结果按问卷的规定公开。"),
        ),
        Kept(
            ("survey_participants", "survey_keepers", "survey_name_openings"),
            _("保密问卷的姓名"),
            _(
                "知道谁交过，不知道哪一份是谁的。姓名和答卷一起锁着，两位保管人的两半钥匙系统里都没有；"
                "谁提出、谁确认打开了哪一个、什么理由，都记着。"
            ),
            _("长期；目前不自动删除"),
            _("两位保管人一起才能打开；打开时本人收到通知和理由。"),
        ),
    )


def _beside_answers() -> tuple[Kept, ...]:
    return (
        Kept(
            ("survey_codes", "survey_code_batches"),
            _("邀请码"),
            _(
                "谁在哪天印了一批、多少张；每个码只留带密钥的摘要，和它换过没有。不记哪个码给了谁，"
                "也不记换去的答题权交了哪一份。"
            ),
            _("问卷存在期间"),
            _("指导小组办公室看得到各批印了多少张，一共换了多少张。"),
        ),
        Kept(
            ("survey_draft_steps",),
            _("问卷草稿的修改"),
            _("谁在什么时候改了草稿的哪一处，用来撤销和看历史；只留最近 60 步。"),
            _("问卷存在期间"),
            _("指导小组办公室。"),
        ),
        Kept(
            ("survey_opinions",),
            _("公布的意见"),
            _(
                "办公室从写下的话里摘出来、请人审核的原话：谁提出、何时、审到哪一步。不知道是谁写的。"
            ),
            _("长期；撤下以后结果页上不再有"),
            _("通过以后看得到结果的人；之前只有提出的人和审核员。"),
        ),
        Kept(
            ("survey_dismissals", "survey_reminders"),
            _("问卷的提醒"),
            _("哪一天发过提醒；谁不想再被提醒。这不说明答了还是没答。"),
            _("问卷存在期间"),
            _("没有人。"),
        ),
    )


def _letters() -> tuple[Kept, ...]:
    return (
        Kept(
            ("letters", "letter_points", "letter_messages", "letter_ratings"),
            _("来信、补充、评价"),
            _(
                "署名的来信存写信人和时间。匿名的来信只存收到的那一天，不存写信人、钟点、地址；"
                "查询码只存摘要，我们也还原不出来，丢了就无法再查。"
            ),
            _("长期；目前不自动删除"),
            _(
                "写信人、信箱办公室、承办单位的承办人和签发人、部长。牵涉某个单位或某个人的来信，不交给这个单位、这个人办。"
                "管理员没有查看来信的权限。"
            ),
        ),
        Kept(
            ("replies", "reply_points", "letter_notes"),
            _("答复和办理记录"),
            _("谁起草、谁签发、内部说明，都署名并记时间。"),
            _("长期"),
            _("写信人看得到签发的答复；草稿和内部说明只有经办的人看得到。"),
        ),
        Kept(
            ("public_letters",),
            _("公开的来信和答复"),
            _(
                "双方同意以后遮去个人信息的文字：谁整理、何时、审到哪一步；另有自己的编号，和来信的查询码没有联系。"
            ),
            _("长期；任何一方撤回，文字就不再公开"),
            _("所有人；通过审核以前只有整理的人和审核员。"),
        ),
    )


def _wishes() -> tuple[Kept, ...]:
    return (
        Kept(
            ("follows", "notice_choices", "announcements"),
            _("关注和免打扰"),
            _(
                "关注了什么、对什么免打扰，是不是自动关注自己发过言的主题，有人回应时要不要告诉；"
                "哪些帖子已经告诉过关注的人。"
            ),
            _("改掉为止"),
            _("只有本人。被关注、被免打扰的人不会知道。"),
        ),
        Kept(
            ("mail_addresses", "mail_choices", "mails"),
            _("邮件"),
            _(
                "自己填的邮箱地址、每一类消息多久寄一次；寄过哪几条消息的邮件，只记编号，不留文字。"
                "不知道邮件打开了没有：里面没有图片，也没有记号。"
            ),
            _(
                "地址删去为止，三天没有确认的自动删去；选择改掉为止；寄过的记录三十天。"
                "邮件寄出以后，经手的邮件服务器怎样保存，由它们决定"
            ),
            _("只有本人，管理员也看不到，也不能替你选。"),
        ),
        Kept(
            ("feed_tokens",),
            _("订阅源的地址"),
            _("地址里的记号只存摘要；另存你起的名字、建立的时间、最近用过的那一天。不记读了什么。"),
            _("停用为止"),
            _("只有本人。"),
        ),
    )


def _house() -> tuple[Kept, ...]:
    return (
        Kept(
            ("journal_events", "journal_heads", "daily_heads"),
            _("留痕"),
            _(
                "谁在什么时候对哪一条做了什么，一环扣一环，改动会被发现。只有编号，没有文字；匿名的答卷和来信人不进这里。"
            ),
            _("长期"),
            _("管理员用命令核对；你能看的那一条，它的经过也写在那一页上。"),
        ),
        Kept(
            ("notices",),
            _("消息"),
            _("给谁、说的是哪件事、读了没有。"),
            _("长期；目前不自动删除"),
            _("只有本人。"),
        ),
        Kept(
            ("submissions",),
            _("防止重复提交的记号"),
            _("一次提交的加密摘要和它建立的那一条的编号。匿名的答卷和来信不留这个记号。"),
            _("两天"),
            _("没有人。"),
        ),
        Kept(
            ("search_entries",),
            _("搜索索引"),
            _("只收已经公开的文字；撤下时同时删去。没有人搜过什么的记录。"),
            _("文字公开期间"),
            _("能看到原文的人。"),
        ),
        Kept(
            ("jobs",),
            _("后台任务"),
            _("只有编号，没有文字。"),
            _("完成后七天"),
            _("管理员。"),
        ),
        Kept(
            (),
            _("日志和备份"),
            _(
                "程序的日志只记出错的地方，不记地址，也不记写下的话。备份里的内容与上面各项相同。"
                "前面如果另有代理服务器，它记不记访问日志，由架设的人决定。"
            ),
            _("由架设的人决定"),
            _("能登录服务器的管理员。"),
        ),
        Kept(
            ("calendar_days", "office_hours"),
            _("工作日历"),
            _("不含个人信息。"),
            _("长期"),
            _("所有人。"),
        ),
    )
