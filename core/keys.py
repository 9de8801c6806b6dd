"""Keys for one purpose each, derived from SECRET_KEY, and keyed digests made with them."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from flask import current_app


def key(purpose: str) -> bytes:
    """A 256-bit key for one purpose; it never leaves the process."""
    secret = current_app.config["SECRET_KEY"]
    material = secret if isinstance(secret, bytes) else str(secret).encode()
    return hmac.digest(material, f"dajiatan:{purpose}".encode(), "sha256")


def digest(purpose: str, *parts: object) -> str:
    """Hex HMAC-SHA256 of the parts, each length-prefixed so that no two lists collide."""
    mac = hmac.new(key(purpose), digestmod=hashlib.sha256)
    for part in parts:
        data = str(part).encode("utf-8", "surrogatepass")
        mac.update(len(data).to_bytes(8, "big") + data)
    return mac.hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def token() -> str:
    """256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)
