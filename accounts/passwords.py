"""Passwords: argon2id with OWASP's profile (19 MiB, two passes, one lane), and what one may be.

A password has at least SHORTEST characters and is neither the person's name nor one that
everybody tries first. No character classes are demanded: they make passwords worse.
"""

from __future__ import annotations

import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.i18n import _

SHORTEST = 10
LONGEST = 200

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Compared when the name is unknown, so that both answers take the same time.
_nobody = _hasher.hash(secrets.token_hex())

# What is tried first against people here, folded; ends of digits and signs are cut before
# comparing, so "zuzhibu2026!" is found by its beginning.
_COMMON = frozenset(
    [
        "1234567890",
        "0123456789",
        "1234554321",
        "0987654321",
        "9876543210",
        "1122334455",
        "123456789a",
        "a123456789",
        "1q2w3e4r5t",
        "qwertyuiop",
        "asdfghjkl",
        "zxcvbnm",
        "1qaz2wsx3edc",
        "qazwsxedc",
        "qwert12345",
        "password",
        "passw0rd",
        "p@ssword",
        "p@ssw0rd",
        "iloveyou",
        "woaini",
        "woaini1314",
        "5201314",
        "1314520",
        "letmein",
        "welcome",
        "administrator",
        "admin",
        "root",
        "guest",
        "test",
        "user",
        "changeme",
        "default",
        "abc",
        "abcd",
        "abcdef",
        "abcdefg",
        "dajiatan",
        "dajiatan-demo",
        "dajiatandemo",
        "zuzhibu",
        "buzhang",
        "zhongguo",
        "beijing",
        "xinjiang",
        "guanliyuan",
        "大家谈",
        "组织部",
        "管理员",
        "密码",
        "中国",
        "我爱你",
        "一二三四五六七八九十",
    ]
)


def _normal(password: str) -> str:
    """Full-width letters, which Chinese keyboards type, count as the plain ones."""
    return unicodedata.normalize("NFKC", password)


def hashed(password: str) -> str:
    return _hasher.hash(_normal(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the one; takes as long when there is none to compare with."""
    try:
        return _hasher.verify(stored or _nobody, _normal(password)[:LONGEST]) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    return _hasher.check_needs_rehash(stored)


def hint() -> str:
    """What a new password must be, before anybody types one."""
    return _(
        "至少 %(count)d 个字符，汉字也行。一句只有自己想得到的话，比一串符号好记也更安全。",
        count=SHORTEST,
    )


def fault_of(password: str, *names: str) -> str | None:
    """Why a new password will not do, in the reader's language; None when it will.

    `names` are what others know of the person: username and name.
    """
    folded = _normal(password).lower()
    if len(folded) < SHORTEST:
        return _("密码至少要 %(count)d 个字符。", count=SHORTEST)
    if len(folded) > LONGEST:
        return _("密码最多 %(count)d 个字符。", count=LONGEST)
    core = folded.strip("0123456789 !@#$%^&*()_+-=.,?~")
    if any(name and _normal(name).lower() in (folded, core) for name in names):
        return _("密码不能是自己的用户名或姓名。")
    if len(set(folded)) < 4 or folded in _COMMON or core in _COMMON:
        return _("这个密码太常见，别人一猜就中。换一句只有自己想得到的话。")
    return None
