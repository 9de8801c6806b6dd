"""Who may do what in the forum."""

from core.policy import Rule, anyone, is_its, role, rules, signed_in
from moderation import is_reviewer

from .tended import TENDERS

is_open = Rule("an open thread", lambda actor, thread: thread is not None and thread.is_open)
is_public = Rule("public", lambda actor, it: it is not None and it.is_public)
its_reviewer = Rule("reviews it", lambda actor, it: is_reviewer(actor, it.unit, it.place))
# Not the local moderators: a seal reaches beyond a board.
its_sealer = Rule("a reviewer of its unit", lambda actor, it: is_reviewer(actor, it.unit))
may_start = Rule("starts threads there", lambda actor, board: board.admits("start", actor))
may_reply = Rule("replies there", lambda actor, thread: thread.board.admits("reply", actor))
archived = Rule("archived", lambda actor, post: post.thread.board.is_archived)
# Who has charge of a board's unit or of one above it. It lets nobody read the board.
tender = role(*TENDERS)
its_tender = role(*TENDERS, of="unit")
appointer = role("chief_moderator", "admin", "unit_admin", of="unit")
is_read = Rule(
    "read by others",
    lambda actor, post: post is not None and post.is_public and post.thread.is_public,
)
board_reviewer = Rule(
    "reviews the board", lambda actor, board: is_reviewer(actor, board.unit, board.key)
)
tends_site = role("chief_moderator", "admin")
tends_tag = Rule(
    "reviews the tag's board, or tends the site's tags",
    lambda actor, tag: (
        tends_site(actor, tag)
        if tag.board is None
        else is_reviewer(actor, tag.board.unit, tag.board.key)
    ),
)
is_kept = Rule("on a board in use", lambda actor, thread: not thread.board.is_archived)

rules(
    {
        "forum:board:list": anyone,
        "forum:board:show": anyone,  # Board.visible_to says which
        "forum:board:manage": tender,
        "forum:board:create": tender,  # of which unit, the form asks
        "forum:board:edit": its_tender,
        "forum:board:archive": its_tender,
        "forum:board:appoint": appointer,
        "forum:board:set_hours": role("chief_moderator", "admin", of="unit"),
        "forum:thread:start": signed_in & may_start,
        "forum:thread:suggest": signed_in,
        "forum:board:follow": signed_in,
        "forum:thread:tag": signed_in & is_kept & (is_its("author") | its_reviewer),
        "forum:board:tag": board_reviewer,
        "forum:tag:list": signed_in,
        "forum:tag:show": signed_in,
        "forum:tag:follow": signed_in,
        "forum:tag:tend": tends_tag,
        "forum:tag:tend_site": tends_site,
        "forum:thread:show": anyone,
        "forum:thread:follow": signed_in,
        "forum:thread:tend": its_reviewer,
        "forum:tending:list": signed_in,
        "forum:thread:read": signed_in,
        "forum:thread:reply": signed_in & is_open & may_reply,
        "forum:post:show": anyone,
        "forum:post:edit": is_its("author") & ~archived,
        "forum:post:hide": its_reviewer & ~is_its("author"),
        "forum:post:seal": its_sealer & ~is_its("author"),
        "forum:post:redact": its_reviewer & ~is_its("author"),
        "forum:post:accept": is_its("author"),
        "forum:post:revert": is_its("author"),
        "forum:post:withdraw": is_its("author"),
        "forum:post:appeal": is_its("author"),
        "forum:post:history": anyone,
        "forum:draft:list": signed_in,
        "forum:draft:show": is_its("author"),
        "forum:draft:discard": is_its("author"),
        "forum:post:react": signed_in & is_read & ~archived & ~is_its("author"),
        "forum:post:bookmark": signed_in & is_read,
        "forum:bookmark:list": signed_in,
        "forum:bookmark:remove": is_its("person"),
        "forum:post:flag": signed_in & is_public & ~is_its("author"),
    }
)
