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
    return _written(number, LENGTH)


def normal(typed: str) -> str | None:
    """A code as typed, brought to one form; None when it cannot be one."""
    kept = _kept(typed)
    return kept if len(kept) == LENGTH and set(kept) <= set(ALPHABET) else None


def spelled(data: bytes) -> str:
    """Any bytes in the same letters, in groups of five."""
    return _written(int.from_bytes(data, "big"), -(-len(data) * 8 // 5))


def read(typed: str, length: int) -> bytes | None:
    """So many bytes again; None when what was typed cannot be they."""
    kept = _kept(typed)
    if len(kept) != -(-length * 8 // 5) or not set(kept) <= set(ALPHABET):
        return None
    number = sum(ALPHABET.index(one) << (5 * place) for place, one in enumerate(kept))
    return number.to_bytes(length, "big") if number < 1 << (8 * length) else None


def _written(number: int, length: int) -> str:
    letters = [ALPHABET[number >> (5 * place) & 31] for place in range(length)]
    return "-".join("".join(letters[at : at + 5]) for at in range(0, length, 5))


def _kept(typed: str) -> str:
    folded = unicodedata.normalize("NFKC", typed).upper().translate(_MISREAD)
    return "".join(one for one in folded if one.isalnum())
