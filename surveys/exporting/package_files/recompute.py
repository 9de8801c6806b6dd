"""Compute the figures of this package anew, and check that it is as it was signed.

Run it in this folder with Python 3.8 or newer; it needs nothing else:

    python3 recompute.py [PUBLIC_KEY]

PUBLIC_KEY is what the site itself shows at /surveys/package-key.txt. Without it, the key that lies
beside this file is believed.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
P = 2**255 - 19
D = -121665 * pow(121666, P - 2, P) % P
Point = Any  # four whole numbers


def wilson(count: int, total: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """The 95 % interval of count / total (Wilson 1927)."""
    share, weight = count / total, z * z / total
    middle = (share + weight / 2) / (1 + weight)
    half = z * math.sqrt(share * (1 - share) / total + weight / (4 * total)) / (1 + weight)
    return (middle - half if count else 0.0), (middle + half if count < total else 1.0)


def faults_of(results: dict[str, Any]) -> Iterator[str]:
    """Every line whose share or interval does not follow from its two counts."""
    for asked in results["questions"]:
        for line in asked["lines"] + asked["group_lines"]:
            count, answered = line["count"], line["answered"]
            if count is None or not answered:
                continue
            low, high = wilson(count, answered)
            for name, mine in (("share", count / answered), ("low", low), ("high", high)):
                if line[name] is None or abs(mine - line[name]) > 6e-7:
                    where = " ".join(filter(None, map(line.get, ("key", "group", "row", "option"))))
                    yield f"{where}: {name} is {line[name]}, computed {mine:.6f}"


def add(one: Point, other: Point) -> Point:
    """Two points of the curve edwards25519, added (RFC 8032, 5.1.4)."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    found = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = add(found, point)
        point, number = add(point, point), number >> 1
    return found


def point_of(data: bytes) -> Point:
    """The point that 32 bytes stand for (RFC 8032, 5.1.3)."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError("no point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether Ed25519 holds (RFC 8032, 5.1.7)."""
    order = 2**252 + 27742317777372353535851937790883648493
    base = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % order
    try:
        one, other = times(s, base), add(point_of(r), times(h, point_of(key)))
    except ValueError:
        return False
    same = all((one[i] * other[2] - other[i] * one[2]) % P == 0 for i in (0, 1))
    return same and s < order and len(signature) == 64


def main() -> int:
    listed = (HERE / "MANIFEST.json").read_bytes()
    key = bytes.fromhex(sys.argv[1] if len(sys.argv) > 1 else (HERE / "PUBLIC_KEY.txt").read_text())
    faults = list(faults_of(json.loads((HERE / "results.json").read_text("utf-8"))))
    if not is_signed(key, listed, bytes.fromhex((HERE / "SIGNATURE.txt").read_text())):
        faults.append("MANIFEST.json: the signature does not hold")
    for name, digest in json.loads(listed).items():
        if hashlib.sha256((HERE / name).read_bytes()).hexdigest() != digest:
            faults.append(name + ": changed since it was signed")
    print("\n".join(faults) if faults else "same")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
