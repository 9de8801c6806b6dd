"""Who may do what with a letter. Nobody works on the own letter; admin has no row here."""

from __future__ import annotations

from typing import Any

from core import clock
from core.policy import Rule, anyone, is_its, role, rules, signed_in, system
from moderation import is_reviewer

from .models import ROUNDS, units_served


def _serves(name: str) -> Rule:
    """Holds the role at the very unit that the letter is assigned to."""
    return Rule(
        f"{name} of its unit",
        lambda actor, letter: (
            letter is not None
            and letter.unit_id is not None
            and letter.unit_id in units_served(actor, name)
        ),
    )


def _when(name: str, test: Any) -> Rule:
    return Rule(name, lambda actor, letter: letter is not None and test(letter))


holds_code = Rule(
    "holds its code",
    lambda actor, letter: (
        letter is not None
        and letter.is_anonymous
        and letter.id is not None
        and getattr(actor, "letter_id", None) == letter.id
    ),
)
writer = is_its("writer") | holds_code
unrestricted = _when("it is not restricted", lambda letter: not letter.is_restricted)
office = role("mail_office") & ~writer
minister = role("minister") & ~writer
handler = _serves("handler") & ~writer & unrestricted
signer = _serves("signer") & ~writer & unrestricted
owner = handler & is_its("handler")
unowned = _when("nobody has claimed it", lambda letter: letter.handler_id is None)
another = Rule(
    "did not draft it",
    lambda actor, letter: letter is not None and actor.id not in letter.drafter_ids,
)
within_reopening = _when(
    "within thirty days of the reply, twice at most",
    lambda letter: (
        letter.round < ROUNDS
        and letter.reopening_ends_on is not None
        and clock.today() <= letter.reopening_ends_on
    ),
)
within_rating = _when(
    "within fifteen days of the reply",
    lambda letter: letter.rating_ends_on is not None and clock.today() <= letter.rating_ends_on,
)
appealed = _when("its writer has appealed", lambda letter: letter.is_appealed)
within_appeal = _when(
    "within ten working days of the refusal, once",
    lambda letter: (
        not letter.is_appealed
        and letter.appeal_ends_on is not None
        and clock.today() <= letter.appeal_ends_on
    ),
)
answered = _when("it has a signed reply", lambda letter: letter.replied_on is not None)
public = Rule("public", lambda actor, it: it is not None and it.is_public)
its_reviewer = Rule(
    "a reviewer of its unit", lambda actor, it: it is not None and is_reviewer(actor, it.unit)
)
# Whoever wrote the letter or had a hand in its reply decides on neither.
concerned = Rule(
    "is concerned in it", lambda actor, it: it is not None and actor.id in it.concerned(it.id)
)

rules(
    {
        "letters:letter:enter": anyone,
        "letters:letter:write": anyone,
        "letters:letter:track": anyone,
        "letters:letter:list": signed_in,
        "letters:letter:show": writer | office | handler | signer | minister,
        "letters:letter:work": office | handler | signer | (minister & unrestricted),
        "letters:desk:show": role("mail_office", "handler", "signer", "minister"),
        # the writer
        "letters:letter:submit": writer,
        "letters:letter:answer": writer,
        "letters:letter:appeal": writer & within_appeal,
        "letters:letter:withdraw": writer,
        "letters:letter:rate": writer & within_rating,
        "letters:letter:reopen": writer & within_reopening,
        # the mail office
        "letters:letter:screen": office,
        "letters:letter:ask": office,
        "letters:letter:resume": office,
        "letters:letter:accept": office & unrestricted,
        "letters:letter:redirect": office,
        "letters:letter:decline": (office & ~appealed) | (minister & appealed),
        "letters:letter:restrict": office,
        "letters:letter:release": office,
        "letters:letter:assign": office & unrestricted,
        "letters:letter:recall": office,
        # the unit
        "letters:letter:claim": handler,
        "letters:letter:hand_back": handler & (unowned | is_its("handler")),
        "letters:letter:begin": owner,
        "letters:letter:draft": owner,
        "letters:letter:present": owner,
        "letters:letter:send_back": signer & another,
        "letters:letter:sign": signer & another,
        "letters:letter:note": office | handler | signer,
        # the published version
        "letters:letter:consent": writer & answered,
        "letters:letter:agree": signer & answered,
        "letters:letter:object": signer & answered,
        "letters:letter:publish": office & unrestricted & answered,
        "letters:public:list": anyone,
        "letters:public:show": anyone,  # PublicLetter.visible_to says which
        "letters:public:edit": is_its("author"),
        "letters:public:appeal": is_its("author"),
        "letters:public:withdraw": role("mail_office"),
        "letters:public:flag": signed_in & public & ~is_its("author"),
        "letters:public:hide": its_reviewer & ~is_its("author") & ~concerned,
        "letters:public:redact": its_reviewer & ~is_its("author") & ~concerned,
        "letters:public:seal": its_reviewer & ~is_its("author"),
        # time
        "letters:letter:lapse": system,
        "letters:letter:close": office | system,
    }
)
