"""Keys for one purpose each, derived from SECRET_KEY, and what is digested and enclosed with them."""

from __future__ import annotations

import base64
import hmac
import secrets
from functools import lru_cache

from cryptography.fernet import Fernet
from flask import current_app


def key(purpose: str) -> bytes:
    """A 256-bit key for one purpose; it never leaves the process."""
    secret = current_app.config["SECRET_KEY"]
    material = secret if isinstance(secret, bytes) else str(secret).encode()
    return _derived(material, purpose)


@lru_cache(maxsize=64)
def _derived(material: bytes, purpose: str) -> bytes:
    return hmac.digest(material, f"dajiatan:{purpose}".encode(), "sha256")


def digest(purpose: str, *parts: object) -> str:
    """Hex HMAC-SHA256 of the parts, each length-prefixed so that no two lists collide."""
    said = bytearray()
    for part in parts:
        data = str(part).encode("utf-8", "surrogatepass")
        said += len(data).to_bytes(8, "big") + data
    return hmac.digest(key(purpose), said, "sha256").hex()


def enclose(purpose: str, words: str) -> str:
    """Words encrypted and authenticated (Fernet: AES-128-CBC and HMAC-SHA256), as ASCII."""
    return enclose_bytes(purpose, words.encode()).decode()


def disclose(purpose: str, enclosed: str) -> str:
    """The words again. Raises cryptography.fernet.InvalidToken when they or the key changed."""
    return disclose_bytes(purpose, enclosed.encode()).decode()


def enclose_bytes(purpose: str, data: bytes) -> bytes:
    """The same for bytes; what comes out is ASCII."""
    return _box(purpose).encrypt(data)


def disclose_bytes(purpose: str, enclosed: bytes) -> bytes:
    return _box(purpose).decrypt(enclosed)


def _box(purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(key(purpose)))


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def token() -> str:
    """256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)
