"""Two replies with files, through the real door: one that everybody reads, one that waits."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core import attachments, clock
from core.db import db
from core.files import Upload
from forum import writing
from forum.models import Board, Thread
from moderation import Wording

from . import pictures
from .organisation import person

WINTER = """序号,带什么,谁说的
1,羽绒服一件，长的,自己列的
2,保暖内衣三套,自己列的
3,防滑棉鞋一双，大半码,二楼
4,书三本（其余去县图书馆）,三楼
5,电热毯不带，先问宿管,四楼
6,零下三十五度的防冻液和玻璃水,五楼
7,认识三个不在单位上班的人,六楼
8,辣酱十瓶,自己加的
"""
MINUTES = {
    "念已经发到手里的材料": 1133,
    "表态发言": 412,
    "讨论，有人提出不同意见": 318,
    "布置任务、答疑": 274,
    "等人、调设备": 226,
    "做出决定": 52,
}
# Author, board, title, minutes ago, the words (with the first picture's number), the files.
REPLIES = (
    (
        *("p38", "chat", "第一次在县里过冬，请过来人看看这张清单缺什么", 70),
        "<p>清单按大家说的改好了，附在下面，谁明年去直接拿走。</p>"
        "<p>二楼那位问我为什么还要去。朋友发来一张窗外的照片，我照着画了一遍，就为这个：</p>"
        '<p><img src="/files/{}" alt="傍晚的雪山，前面一排金黄的白杨，地上是雪"></p>',
        (
            ("窗外.png", "png", pictures.window),
            ("过冬清单.csv", "text", WINTER.encode("utf-8-sig")),
        ),
    ),
    (
        *("p42", "burden", "记了一个月的会议账：真正做决定的只有 52 分钟", 55),
        "<p>画成图更清楚：最下面红的一条，是做出决定的 52 分钟。原始数字也附上，欢迎核对。</p>"
        '<p><img src="/files/{}" alt="六条横条，从上到下是念材料 1133 分钟、表态 412、讨论 318、'
        '布置任务 274、等人 226，最短的红色一条是做出决定 52"></p>',
        (
            ("会议账.png", "png", lambda: pictures.bars(list(MINUTES.values()))),
            (
                *("会议账.csv", "text"),
                "\n".join(["会上在做什么,分钟", *(f"{k},{v}" for k, v in MINUTES.items())]).encode(
                    "utf-8-sig"
                ),
            ),
        ),
    ),
)


def fill() -> None:
    """Write the replies; nothing here commits."""
    for username, board, title, ago, words, files in REPLIES:
        thread = db.session.scalars(
            select(Thread)
            .join(Thread.board)
            .where(Thread.title == title, Board.slug == board)
            .options(joinedload(Thread.board))
        ).one()
        at = clock.now() - timedelta(minutes=ago)
        with clock.travel(at), current_app.test_request_context():
            author = person(username)
            notes = []
            for name, kind, made in files:
                data = made if isinstance(made, bytes) else made()
                notes.append(attachments.keep(Upload(name, kind, data), author).note)
            body = words.format(notes[0].id)
            writing.reply(thread, Wording.of(body, "html", files=notes), author)
            db.session.flush()
