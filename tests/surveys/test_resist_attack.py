"""An anonymous survey under attack: 1,000 people (150 in the daily run) whose order is known."""

from __future__ import annotations

import hashlib
import json
import logging
import random
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from accounts import session
from accounts.models import Membership, Person, SignIn
from core import clock, jobs, keys
from core.db import db, reading
from surveys import code_mail, responses, rights, signing
from surveys.models import Survey
from surveys.shelves import release_held
from tests.people import Cast
from tests.surveys import attack
from tests.surveys.conftest import Desk, label
from tests.surveys.test_sign_blindly import Made

MANY, FEW = 1_000, 150
DAYS = 5
# How seldom chance alone may pass for a leak: once in a thousand runs.
CHANCE = 0.001
QUESTIONS = [
    {"key": "num", "type": "number", "label": label("号"), "required": True, "max": 99_999},
    {"key": "text", "type": "long", "label": label("话"), "required": True},
]


class Town:
    """People who are all handed their right early, and answer on some days in a known order."""

    entry = "account"

    def __init__(self, desk: Desk, count: int, log: list[str]) -> None:
        self.desk, self.app, self.count, self.log = desk, desk.app, count, log
        self.slug = desk.make(
            entry=self.entry, sections=[{"title": label("一"), "questions": QUESTIONS}]
        )
        self.dumps: list[attack.Dump] = []
        self.people, self.tokens = self._people()
        self.rights = self._rights()

    def answer(self) -> None:
        for day in range(DAYS):
            for number in range(self.count * day // DAYS, self.count * (day + 1) // DAYS):
                self._send(number)
            self.dumps.append(self.copy())  # with a day's answers in it, and the log not folded in
            with self.app.app_context():
                release_held()
                db.session.commit()
            self.dumps.append(self.copy())
        self.desk.move(self.slug, "close")
        self.dumps.append(self.copy())

    def copy(self) -> attack.Dump:
        with self.app.app_context():
            tables = db.metadata.tables.values()
            rows = {one.name: [dict(row) for row in self._rows(one)] for one in tables}
            files = {"log": "\n".join(self.log).encode()}
            if db.engine.dialect.name == "sqlite":
                path = Path(str(db.engine.url.database))
                for one in (path, path.with_name(f"{path.name}-wal")):
                    files[one.name] = one.read_bytes() if one.exists() else b""
            db.session.rollback()
        return attack.Dump(rows, files)

    def _rows(self, table: Any) -> Any:
        """As they lie; on PostgreSQL with place and transaction."""
        if db.engine.dialect.name == "sqlite":
            return db.session.execute(select(table)).mappings()
        found = select(table, text("xmin::text")).order_by(text("ctid"))
        return db.session.execute(found).mappings()

    def _people(self) -> tuple[list[int], list[str]]:
        unit, now = self.desk.cast.unit_id("county"), clock.now()
        with self.app.app_context():
            made = insert(Person).returning(Person.id, sort_by_parameter_order=True)
            people = list(
                db.session.scalars(
                    made,
                    [
                        {
                            "username": f"resident-{number:05d}",
                            "name": "居民",
                            "unit_id": unit,
                            "password_hash": "none",
                        }
                        for number in range(self.count)
                    ],
                )
            )
            tokens = [keys.token() for _ in people]
            since = {"valid_from": date(2026, 1, 1), "role": "delegate", "unit_id": unit}
            db.session.execute(insert(Membership), [{**since, "person_id": p} for p in people])
            begun = {"began_at": now, "ends_at": now + timedelta(hours=12)}
            signed = [
                {**begun, "person_id": person, "digest": session.digest(token)}
                for person, token in zip(people, tokens, strict=True)
            ]
            db.session.execute(insert(SignIn), signed)
            db.session.commit()
        return people, tokens

    def _rights(self) -> list[str]:
        """Handed out early, in another order than the one in which they are used."""
        order = list(range(self.count))
        random.Random(7).shuffle(order)
        handed: dict[int, str] = {}
        with self.app.app_context(), reading():
            survey = db.session.scalars(select(Survey)).one()
            for number in order:
                right = rights.hand_out(survey, self.people[number])
                assert right is not None
                handed[number] = right
            db.session.rollback()
        return [handed[number] for number in range(self.count)]

    def _send(self, number: int) -> None:
        client = self.app.test_client()
        if self.tokens:
            with client.session_transaction() as cookie:  # the browser is signed in all the while
                cookie[session.TOKEN] = self.tokens[number]
        data = {"right": self.rights[number], "q-num": str(number)}
        data["q-text"] = attack.MARK.format(number)
        sent = client.post(f"/surveys/{self.slug}/send", data=data)
        assert sent.status_code == 303

    def known(self) -> Iterator[str]:
        """What the attacker can try: names, numbers, tokens of sign-ins, what was answered."""
        for number, person in enumerate(self.people):
            yield from (str(person), str(number), f"resident-{number:05d}", self.tokens[number])
            yield from (session.digest(self.tokens[number]), attack.MARK.format(number))
            yield from (f"{self.slug}:{person}", f"1:{person}", f"{person}:1")


class MailedTown(Town):
    """People to whose addresses codes were mailed, and whose browsers exchange them for blind
    signatures. The attacker kept every mail, and the log of all exchanges in their order."""

    entry = "codes"

    def _people(self) -> tuple[list[int], list[str]]:
        """Nobody has an account; the mails are read as they go out."""
        addresses = [f"resident-{number:05d}@example.org" for number in range(self.count)]
        kept = {name: self.app.config[name] for name in ("MAIL_URL", "MAIL_FROM")}
        self.app.config.update(MAIL_URL="file:", MAIL_FROM="site@example.org")
        office = self.desk.cast.visitor("office")
        office.post(
            f"/surveys/{self.slug}/mails", {"addresses": "\n".join(addresses), "do": "send"}
        )
        self.mailed: dict[str, str] = {}
        with self.app.app_context():
            for row in db.session.scalars(select(code_mail.CodeMail)):
                self.mailed[row.said["address"]] = row.said["code"]
            db.session.rollback()
            while jobs.run_one() or self._hurry():
                pass
            left = db.session.scalars(select(code_mail.CodeMail)).all()
        self.app.config.update(kept)
        assert left == []
        return [], []

    def _hurry(self) -> bool:
        """Let the next run of mails be due."""
        asked = select(jobs.Job).where(
            jobs.Job.name == "surveys.mail_codes", jobs.Job.done_at.is_(None)
        )
        waiting = db.session.scalars(asked).all()
        for one in waiting:
            one.due_at = clock.now()
        db.session.commit()
        return bool(waiting)

    def _rights(self) -> list[str]:
        """Exchanged early, in another order than the one in which they are used."""
        order = list(range(self.count))
        random.Random(7).shuffle(order)
        with self.app.app_context(), reading():
            survey = db.session.scalars(select(Survey.id)).one()
            self.public = signing.public_keys([survey])[survey]
        self.exchanges: list[attack.Exchange] = []
        found: dict[int, str] = {}
        for number in order:
            address = f"resident-{number:05d}@example.org"
            code, mine = self.mailed[address], Made.for_key(self.public)
            answer = self.app.test_client().post(
                f"/surveys/{self.slug}/enter", data={"code": code, "blinded": mine.blinded}
            )
            signature = answer.json["signature"]
            found[number] = mine.right(signature)
            seen = (_as_number(mine.blinded), _as_number(signature))
            self.exchanges.append(attack.Exchange(address, code, *seen))
        return [found[number] for number in range(self.count)]

    def known(self) -> Iterator[str]:
        """What the attacker can try: addresses, codes in every spelling, all that was exchanged."""
        for number, one in enumerate(self.exchanges):
            yield from (one.address, one.code, one.code.replace("-", ""), str(number))
            for value in (one.blinded, one.signature):
                data = value.to_bytes(signing.SIGNATURE, "big")
                yield from (data.hex(), signing.encoded(data), str(value))
            yield attack.MARK.format(number)


def _as_number(said: str) -> int:
    data = signing.decoded(said, signing.SIGNATURE)
    assert data is not None
    return int.from_bytes(data, "big")


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """All that is logged, at the loudest level."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    root = logging.getLogger()
    root.addHandler(handler)
    with caplog.at_level(logging.DEBUG):
        yield lines
    root.removeHandler(handler)


def besieged(desk: Desk, count: int, log: list[str]) -> Town:
    town = Town(desk, count, log)
    town.answer()
    return town


def assert_withstands(town: Town) -> None:
    last = town.dumps[-1]
    assert last.released == set(range(town.count)), "every answer is there, once"
    assert len(last.rows["survey_open_answers"]) == town.count
    chance, best = attack.verdict(attack.guesses(town.dumps))
    assert chance > CHANCE, best
    handed = {row["person_id"] for row in last.rows["survey_rights"]}
    assert handed == set(town.people), "rights are all people's, whether they answered or not"
    for dump in town.dumps:
        assert attack.shared_values(dump) == set()
        assert attack.guessed_digests(dump, town.known()) == set()
        assert attack.read_while_sealed(dump) == set()
    copies = [len(one.released) for one in town.dumps]
    batches = {after - before for before, after in pairwise(copies)} - {0}
    assert min(batches) >= 5, "no two copies differ by a few"
    said = "\n".join(town.log)
    assert not [word for word in ("resident-", "号的话", *town.rights) if word in said]


def test_attack_on_a_few(desk: Desk, log: list[str]) -> None:
    assert_withstands(besieged(desk, FEW, log))


@pytest.mark.slow
def test_attack_on_a_thousand(desk: Desk, log: list[str]) -> None:
    assert_withstands(besieged(desk, MANY, log))


def test_attack_on_mailed_codes(desk: Desk, log: list[str]) -> None:
    """With the list of codes and addresses and the log of exchanges, nobody is linked."""
    town = MailedTown(desk, FEW, log)
    town.answer()
    assert_withstands(town)
    for dump in town.dumps:
        beside = [{"address": one.address, "code": one.code} for one in town.exchanges]
        beside += [{"said": word} for word in town.known()]
        dump.rows["kept by the attacker"] = beside
        assert attack.shared_values(dump) == set()
    assert all(row["is_exchanged"] for row in town.dumps[-1].rows["survey_codes"])
    key = signing._loaded(town.public).public_numbers()
    used = [_as_number(right.partition(".")[2]) for right in town.rights[:20]]
    pairs = attack.explained(town.exchanges[:20], used, key.n, key.e)
    assert all(all(row) for row in pairs), "any right may come of any exchange"


# --- The attacker is no fool ---------------------------------------------------------------


def test_attacker_finds_an_order(
    desk: Desk, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys that rise with time, as most programs have them, give everybody away."""
    numbers = iter(range(10**9))
    monkeypatch.setattr(responses, "random_id", lambda: uuid.UUID(int=next(numbers)))
    monkeypatch.setattr(responses._shuffler, "shuffle", lambda rows: rows.sort(key=_number))
    monkeypatch.setattr(responses, "_write_anew", lambda survey: None)
    chance, best = attack.verdict(attack.guesses(besieged(desk, 60, log).dumps))
    assert chance < 1e-6, best


def _number(row: dict[str, Any]) -> int:
    said = responses.envelopes.unseal(row["survey_id"], row["envelope"])["answers"]
    return int(next(one["number"] for one in said if "number" in one))


def test_attacker_reads_what_is_not_sealed(
    desk: Desk, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def bare(survey_id: int, contents: dict[str, Any]) -> bytes:
        return json.dumps(contents, ensure_ascii=False).encode()

    monkeypatch.setattr(responses.envelopes, "seal", bare)
    town = Town(desk, 3, log)
    town._send(0)
    dump = town.copy()
    dump.files["held"] = b"".join(
        bytes(row["envelope"]) for row in dump.rows["survey_held_responses"]
    )
    assert attack.read_while_sealed(dump) == {0}


def test_attacker_joins_tokens_and_tries_digests(desk: Desk, log: list[str], cast: Cast) -> None:
    town = Town(desk, 3, log)
    dump = town.copy()
    dump.rows["survey_spent_rights"] = [{"digest": session.digest(str(town.people[1]))}]
    assert len(attack.guessed_digests(dump, town.known())) == 1
    dump.rows["survey_spent_rights"] = [{"digest": dump.rows["survey_rights"][0]["sealed"]}]
    assert attack.shared_values(dump)


def test_attacker_tells_an_exchange_that_gave_no_such_right(desk: Desk, log: list[str]) -> None:
    """An exchange from which no blinding factor leads to a right is told apart."""
    town = MailedTown(desk, 3, log)
    key = signing._loaded(town.public).public_numbers()
    used = [_as_number(right.partition(".")[2]) for right in town.rights]
    marked = [*town.exchanges]
    marked[1] = attack.Exchange("", "", marked[1].blinded + 1, marked[1].signature)
    pairs = attack.explained(marked, used, key.n, key.e)
    assert pairs == [[True] * 3, [False] * 3, [True] * 3]
    dump = town.copy()
    dump.rows["survey_spent_rights"] = [
        {"digest": hashlib.sha256(town.exchanges[2].code.encode()).hexdigest()}
    ]
    assert len(attack.guessed_digests(dump, town.known())) == 1


def test_verdict_is_about_chance() -> None:
    """Of two hundred random orders, none passes for a leak; a weak one among them does."""
    chance = random.Random(3)
    orders = [tuple(chance.sample(range(300), 300)) for _ in range(200)]
    found = [attack.Guess(str(number), order) for number, order in enumerate(orders)]
    assert attack.verdict(found)[0] > 0.01
    weak = tuple(sorted(range(300), key=lambda one: one + chance.gauss(0, 150)))
    assert attack.verdict([*found, attack.Guess("weak", weak)])[0] < 1e-6
    assert attack.Guess("", (0, 1, 2, 3)).hits == 4
    assert attack.Guess("", (3, 2, 1, 0)).correlation == -1
