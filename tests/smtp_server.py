"""A mail server of one process: takes mail, refuses it, or drags it out, as it is told."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

SLOW = 0  # greets word by word, longer than tests wait, and never lets the line fall silent
DRIPS, DRIP = 12, 0.1


@dataclass
class MailServer:
    """`answers`: what it says to a recipient, one after another; then 250."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    taken: list[EmailMessage] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?tls=none"


@contextmanager
def mail_server(*answers: int) -> Iterator[MailServer]:
    known = MailServer(answers=list(answers))

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            known.connections += 1
            code = known.answers.pop(0) if known.answers else 250
            for _drip in range(DRIPS if code == SLOW else 0):
                self.say("220-one moment")
                time.sleep(DRIP)
            self.say("220 here")
            while line := self.rfile.readline():
                word = line.split(b":")[0].strip().upper()
                if word == b"DATA":
                    self.say("354 go on")
                    self.take()
                elif word.startswith(b"RCPT") and code in (451, 550):
                    self.say(f"{code} no")
                else:
                    self.say("221 bye" if word == b"QUIT" else "250 yes")
                if word == b"QUIT":
                    return

        def say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

        def take(self) -> None:
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line)
            known.taken.append(message_from_bytes(b"".join(lines), policy=policy.default))  # type: ignore[arg-type]
            self.say("250 taken")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        known.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield known
        server.shutdown()
