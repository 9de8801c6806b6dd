"""Codes that people without a name write down: 100 bits, shown once, kept as a keyed digest only.

A code is worked out from a form's own random key and a key of the server, so that sending the
same form again shows the same code although it is stored nowhere.
"""

from __future__ import annotations

import hmac
import unicodedata

from . import keys

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O or U, which people misread
LENGTH = 20  # characters of 5 bits
FORM_KEY_LENGTH = 40  # shorter form keys are not ours and could be guessed
_MISREAD = str.maketrans("ILO", "110")


def form_key(sent: str) -> str:
    """The key that a form brought, or a new one where what came is none of ours."""
    return sent if len(sent) >= FORM_KEY_LENGTH else keys.token()


def code_for(purpose: str, form_key: str) -> str:
    """The code that belongs to a form key, in groups of five."""
    seed = hmac.digest(keys.key(purpose), form_key.encode("utf-8", "replace"), "sha256")
    number = int.from_bytes(seed, "big")
    letters = [ALPHABET[number >> (5 * place) & 31] for place in range(LENGTH)]
    return "-".join("".join(letters[at : at + 5]) for at in range(0, LENGTH, 5))


def normal(typed: str) -> str | None:
    """A code as typed, brought to one form; None when it cannot be one."""
    folded = unicodedata.normalize("NFKC", typed).upper().translate(_MISREAD)
    kept = "".join(one for one in folded if one.isalnum())
    return kept if len(kept) == LENGTH and set(kept) <= set(ALPHABET) else None
