"""One signed package: the form in all its versions, the results as anybody may read them, the
codebook, and a program that computes the figures anew and checks the signature.

Signed is the list of digests of all files (Ed25519). The key follows from SECRET_KEY, as the other
keys of the server do; its public half stands at an address of its own and in the package.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nacl.signing import SigningKey

from core import keys
from core.i18n import iso

from .. import publishing
from ..models import Survey
from . import columns, tables
from .columns import Column
from .making import columns_of

HERE = Path(__file__).parent
SCRIPT = "recompute.py"
LIST, SIGNATURE, KEY = "MANIFEST.json", "SIGNATURE.txt", "PUBLIC_KEY.txt"
WHEN = (1980, 1, 1, 0, 0, 0)  # of every file, so that the same package is the same bytes


def public_key() -> str:
    """The public half, in hex."""
    return bytes(_key().verify_key).hex()


def _key() -> SigningKey:
    return SigningKey(keys.key("survey-package"))


def package(survey: Survey) -> bytes:
    """A zip of what everybody who may read the results may read: the office gets no more."""
    files = {name: written(what) for name, what in _documents(survey).items()}
    for name in (SCRIPT, "README.zh.txt", "README.en.txt"):
        files[name] = (HERE / "package_files" / name).read_bytes()
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    files[LIST] = written(digests)
    files[SIGNATURE] = _key().sign(files[LIST]).signature.hex().encode() + b"\n"
    files[KEY] = public_key().encode() + b"\n"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{survey.slug}/{name}", WHEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return out.getvalue()


def _documents(survey: Survey) -> dict[str, Any]:
    versions = publishing.versions(survey)
    found = columns_of(survey)
    return {
        "definition.json": versions[0].document,
        "versions.json": [
            {"number": one.number, "from": iso(one.at), "definition": one.document}
            for one in reversed(versions)
        ],
        "results.json": tables.read(survey, is_office=False).document(),
        "codebook.json": codebook(found),
    }


def codebook(found: Sequence[Column]) -> dict[str, Any]:
    """As JSON has it."""
    return {
        "columns": [
            dict(zip(columns.COLUMN_KEYS, line, strict=True))
            for line in columns.column_lines(found)
        ],
        "codes": [
            dict(zip(columns.CODE_KEYS, line, strict=True)) for line in columns.code_lines(found)
        ],
    }


def written(what: Any) -> bytes:
    return (json.dumps(what, ensure_ascii=False, indent=1) + "\n").encode()
