"""Tracking codes of unnamed letters: 100 bits, shown once, kept as a keyed digest only.

The code is worked out from the form's own random key and a key of the server, so that sending
the same form again shows the same code although it is stored nowhere.
"""

from __future__ import annotations

import hmac
import unicodedata

from core import keys

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O or U, which people misread
LENGTH = 20  # characters of 5 bits
FORM_KEY_LENGTH = 40  # shorter form keys are not ours and could be guessed
_MISREAD = str.maketrans("ILO", "110")


def code_for(form_key: str) -> str:
    """The tracking code that belongs to a form key, in groups of five."""
    seed = hmac.digest(keys.key("letter-code"), form_key.encode("utf-8", "replace"), "sha256")
    number = int.from_bytes(seed, "big")
    letters = [ALPHABET[number >> (5 * place) & 31] for place in range(LENGTH)]
    return "-".join("".join(letters[at : at + 5]) for at in range(0, LENGTH, 5))


def normal(typed: str) -> str | None:
    """A code as typed, brought to one form; None when it cannot be one."""
    folded = unicodedata.normalize("NFKC", typed).upper().translate(_MISREAD)
    kept = "".join(one for one in folded if one.isalnum())
    return kept if len(kept) == LENGTH and set(kept) <= set(ALPHABET) else None


def tracking_digest(code: str) -> str:
    """What the database keeps of a code; its key is outside database and backups."""
    return keys.digest("letter-tracking", normal(code))


def form_digest(form_key: str) -> str:
    """What an unnamed letter keeps of the form it came by, against double sending."""
    return keys.digest("letter-form", form_key)
