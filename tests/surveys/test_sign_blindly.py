"""Rights that browsers make: signed without being seen, good for one answer, and nobody's."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from flask import Flask
from sqlalchemy import select

from core.db import db
from surveys import rights, signing
from surveys.models import Survey
from tests.conftest import counted
from tests.people import Cast, Visitor
from tests.surveys.conftest import GOOD, Desk, hidden

VECTOR = json.loads((Path(__file__).parent / "rfc9474.json").read_text())
RANDOMIZED = json.loads((Path(__file__).parent / "rfc9474_randomized.json").read_text())
_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=48)
_ENCODER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
Tables = Callable[..., list[Any]]


def number(name: str) -> int:
    return int(VECTOR[name], 16)


def vector_key() -> rsa.RSAPrivateNumbers:
    p, q, e = number("p"), number("q"), 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(e, p * q)
    return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public)


@dataclass
class Made:
    """What a browser makes: a message, and the message blinded (base64url)."""

    message: bytes
    blinded: str
    veil: int
    n: int

    @classmethod
    def for_key(cls, public: str) -> Made:
        numbers = signing._loaded(public).public_numbers()
        message = secrets.token_bytes(64)
        # EMSA-PSS by a key of the test's own: what its public half makes of its signature.
        own = _ENCODER.public_key().public_numbers()
        signed = _ENCODER.sign(message, _PSS, hashes.SHA384())
        encoded = pow(int.from_bytes(signed, "big"), own.e, own.n)
        veil = secrets.randbelow(numbers.n - 2) + 2
        blinded = encoded * pow(veil, numbers.e, numbers.n) % numbers.n
        return cls(message, signing.encoded(blinded.to_bytes(256, "big")), veil, numbers.n)

    def right(self, signature: str) -> str:
        signed = signing.decoded(signature, 256)
        assert signed is not None
        plain = int.from_bytes(signed, "big") * pow(self.veil, -1, self.n) % self.n
        return f"{signing.encoded(self.message)}.{signing.encoded(plain.to_bytes(256, 'big'))}"


def offered(visitor: Visitor) -> dict[str, Any]:
    (one,) = visitor.get("/surveys/rights").json
    return dict(one)


def fetched(visitor: Visitor) -> tuple[Made, str]:
    """What the browser does on an ordinary page; what it made, and the right."""
    one = offered(visitor)
    made = Made.for_key(one["key"])
    answer = visitor.post(one["url"], {"blinded": made.blinded})
    assert answer.status_code == 200
    return made, made.right(answer.json["signature"])


@pytest.fixture
def visitor(desk: Desk, cast: Cast) -> Visitor:
    desk.make()
    return cast.visitor("delegate")


# --- The scheme ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vector", "signed"), [(RANDOMIZED, "input_msg"), (VECTOR, "msg")], ids=["A.1", "A.3"]
)
def test_vector_of_the_standard(vector: dict[str, str], signed: str) -> None:
    """A.1 is the variant that is used: a random prefix of 32 bytes stands before what is signed."""
    key = vector_key()
    n = key.public_numbers.n
    given = {name: bytes.fromhex(value) for name, value in vector.items() if name != "source"}
    assert signing.blind_sign(key, given["blinded_msg"]) == given["blind_sig"]
    unblinded = int.from_bytes(given["blind_sig"], "big") * number("inv") % n
    assert unblinded == int.from_bytes(given["sig"], "big")
    message, signature = given[signed], given["sig"]
    public = key.public_numbers.public_key()
    assert signing.verifies(public, message, signature)
    assert not signing.verifies(public, message + b"x", signature)
    assert not signing.verifies(public, message, signature[:-1] + b"x")


@pytest.mark.parametrize("message", [0, None])
def test_message_out_of_range_is_not_signed(message: int | None) -> None:
    key = vector_key()
    value = key.public_numbers.n if message is None else message
    assert signing.blind_sign(key, value.to_bytes(512, "big")) is None


def test_faulty_signature_never_leaves() -> None:
    """A wrong half of the sum would give the key away (Bellcore)."""
    good = vector_key()
    values = (good.p, good.q, good.d, good.dmp1, good.dmq1 + 2, good.iqmp)
    broken = rsa.RSAPrivateNumbers(*values, good.public_numbers)
    with pytest.raises(ArithmeticError):
        signing.blind_sign(broken, bytes.fromhex(VECTOR["blinded_msg"]))


# --- Fetching and using --------------------------------------------------------------------


def test_blind_right_gives_one_answer(visitor: Visitor, tables: Tables) -> None:
    _made, right = fetched(visitor)
    assert rights.is_blind(right)
    data = {**GOOD, "right": right}
    assert visitor.client.post("/surveys/work/send", data=data).status_code == 303
    again = visitor.client.post("/surveys/work/send", data=data)
    assert again.status_code == 409
    assert len(tables("survey_held_responses")) == 1


def test_server_meets_the_right_only_when_it_is_used(visitor: Visitor, tables: Tables) -> None:
    made, right = fetched(visitor)
    (row,) = tables("survey_rights")
    assert row["sealed"] is None
    said = str([tables(name) for name in ("survey_rights", "survey_signing_keys")])
    for part in (made.blinded, *right.split(".")):
        assert part not in said
    assert tables("survey_spent_rights") == []


def test_one_right_a_person(visitor: Visitor, desk: Desk, cast: Cast) -> None:
    made, right = fetched(visitor)
    one = offered(visitor)
    assert one["issued"]
    other = Made.for_key(one["key"])
    assert visitor.post(one["url"], {"blinded": other.blinded}).status_code == 409
    again = visitor.post(one["url"], {"blinded": made.blinded})
    assert made.right(again.json["signature"]) == right, "the first answer may have got lost"


def test_right_of_the_form_leaves_none_to_sign(visitor: Visitor) -> None:
    assert hidden(visitor.get("/surveys/work"))["right"]
    one = offered(visitor)
    made = Made.for_key(one["key"])
    assert visitor.post(one["url"], {"blinded": made.blinded}).status_code == 409


def test_form_for_a_blind_right_holds_none(visitor: Visitor) -> None:
    fetched(visitor)
    page = visitor.get("/surveys/work")
    assert hidden(page)["right"] == ""
    assert 'data-behavior="right"' in page.text
    assert "RFC 9474" in page.text, "the form says which level it is"


def test_form_says_that_its_own_right_means_trust(visitor: Visitor) -> None:
    page = visitor.get("/surveys/work").text
    assert "要靠你信任运行中的服务器" in page
    assert "RFC 9474" not in page


def test_blind_right_is_brought_by_code(visitor: Visitor, cast: Cast, tables: Tables) -> None:
    _made, right = fetched(visitor)
    other = cast.visitor("delegate")
    assert "签名钥匙的指纹" in other.get("/surveys/work/right").text
    brought = other.post("/surveys/work/right", {"right": f"{right[:100]}\n {right[100:]}"})
    assert brought.status_code == 303
    page = other.get("/surveys/work")
    assert hidden(page)["right"] == right
    sent = other.client.post("/surveys/work/send", data={**hidden(page), **GOOD})
    assert sent.status_code == 303


def test_signature_of_another_survey_is_worth_nothing(visitor: Visitor, desk: Desk) -> None:
    _made, right = fetched(visitor)
    desk.make(slug="other")
    sent = visitor.client.post("/surveys/other/send", data={**GOOD, "right": right})
    assert sent.status_code == 403


def test_right_has_one_spelling(visitor: Visitor, tables: Tables) -> None:
    """Base64 can say the last bits in sixteen ways: fifteen of them must not be new rights."""
    _made, right = fetched(visitor)
    message, _dot, signature = right.partition(".")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twins = [f"{message[:-1]}{one}.{signature}" for one in letters]
    twins += [f"{right}=", f"{message}=.{signature}", right.replace("_", "/"), f" {right}"]
    codes = [
        visitor.client.post("/surveys/work/send", data={**GOOD, "right": one}).status_code
        for one in {*twins} - {right}
    ]
    assert set(codes) == {403}
    assert tables("survey_spent_rights") == []


@pytest.mark.parametrize("blinded", ["", "x", "é" * 300, "A" * 342, "_" * 342, "=" * 10_000])
def test_odd_messages_are_not_signed(visitor: Visitor, tables: Tables, blinded: str) -> None:
    one = offered(visitor)
    assert visitor.post(one["url"], {"blinded": blinded}).status_code == 409
    assert tables("survey_rights") == []


def test_those_outside_get_nothing(desk: Desk, cast: Cast, tables: Tables) -> None:
    desk.make(audience=["delegate"])
    desk.make(slug="named", anonymity="named")
    visitor = cast.visitor("cadre")
    assert visitor.get("/surveys/rights").json == []
    made = {"blinded": "A" * 342}
    assert visitor.post("/surveys/work/rights", made).status_code == 403
    assert visitor.post("/surveys/named/rights", made).status_code == 409
    assert tables("survey_rights") == []


def test_closed_survey_signs_nothing(visitor: Visitor, desk: Desk) -> None:
    one = offered(visitor)
    desk.move("work", "close")
    assert visitor.get("/surveys/rights").json == []
    made = Made.for_key(one["key"])
    assert visitor.post(one["url"], {"blinded": made.blinded}).status_code == 409


def test_private_half_is_enclosed(visitor: Visitor, tables: Tables) -> None:
    offered(visitor)
    (row,) = tables("survey_signing_keys")
    assert row["private"].startswith("gAAAA"), "Fernet"


def test_marks_and_keys_are_the_same_each_time(
    visitor: Visitor, cast: Cast, app: Flask, desk: Desk
) -> None:
    """A key for each person would tell them apart: everybody has the same one."""
    mine, other = offered(visitor), offered(cast.visitor("supervisor"))
    assert mine["key"] == other["key"]
    assert mine["mark"] != other["mark"]
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        public = signing.public_keys([survey.id])[survey.id]
    assert mine["key"] == public
    assert signing.fingerprint(public) in visitor.get("/surveys/work/right").text


def test_fetching_costs_little(visitor: Visitor, app: Flask) -> None:
    offered(visitor)
    with counted(app) as statements:
        offered(visitor)
    assert len(statements) <= 4, statements
