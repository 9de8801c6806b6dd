"""Answers on their way in, each in an envelope (a sealed box of libsodium) until its release.

The key of a survey follows from SECRET_KEY, which stands neither in the database nor in its
backups. An envelope's length tells little: what is in it is filled up to a class of size.
"""

from __future__ import annotations

import json
from typing import Any

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from core import keys

__all__ = ["CryptoError", "seal", "unseal"]

SMALLEST = 8192  # bytes, for 2,700 Chinese characters; each class of size is twice the one below


def seal(survey_id: int, contents: dict[str, Any]) -> bytes:
    """What JSON can say, in an envelope: at least SMALLEST bytes and 48 more."""
    data = json.dumps(contents, ensure_ascii=False).encode("utf-8", "surrogatepass")
    size = SMALLEST
    while size < len(data):
        size *= 2
    return SealedBox(_key(survey_id).public_key).encrypt(data.ljust(size))


def unseal(survey_id: int, envelope: bytes) -> dict[str, Any]:
    """What is in it. Raises CryptoError when it or the key is another."""
    data = SealedBox(_key(survey_id)).decrypt(envelope)
    contents: dict[str, Any] = json.loads(data.decode("utf-8", "surrogatepass"))
    return contents


def _key(survey_id: int) -> PrivateKey:
    return PrivateKey(keys.key(f"survey-envelope:{survey_id}"))
