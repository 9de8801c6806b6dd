"""tending: boards with rules of their own, roles for one place"""

import sqlalchemy as sa
from alembic import op

from core.db import UTCDateTime

revision = "tending"
down_revision = "mail"
branch_labels = None
depends_on = None

ACTS = ("read", "start", "reply")


def upgrade() -> None:
    members = sa.text("'members'")
    nothing = sa.text("''")
    with op.batch_alter_table("boards", schema=None) as batch_op:
        for act in ACTS:
            who = sa.Column(f"{act}_who", sa.String(20), nullable=False, server_default=members)
            roles = sa.Column(
                f"{act}_roles", sa.String(300), nullable=False, server_default=nothing
            )
            batch_op.add_column(who)
            batch_op.add_column(sa.Column(f"{act}_unit_id", sa.Integer(), nullable=True))
            batch_op.add_column(roles)
        batch_op.add_column(sa.Column("archived_at", UTCDateTime(), nullable=True))
        batch_op.add_column(
            sa.Column("topic", sa.String(40), nullable=False, server_default=nothing)
        )
        batch_op.add_column(sa.Column("topic_en", sa.String(40), nullable=True))
        batch_op.add_column(
            sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("1"))
        )
        for name in ("replies_per_hour", "threads_per_day", "heated_replies"):
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=True))
    boards = sa.table("boards", sa.column("read_who"), sa.column("is_public", sa.Boolean))
    op.execute(boards.update().where(boards.c.is_public).values(read_who="everyone"))
    op.execute("ALTER TABLE boards DROP COLUMN is_public")
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.add_column(sa.Column("place", sa.String(80), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM memberships WHERE place IS NOT NULL")
    op.execute("ALTER TABLE memberships DROP COLUMN place")
    with op.batch_alter_table("boards", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("is_public", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    boards = sa.table("boards", sa.column("read_who"), sa.column("is_public", sa.Boolean))
    op.execute(boards.update().where(boards.c.read_who == "everyone").values(is_public=sa.true()))
    gone = [f"{act}_{part}" for act in ACTS for part in ("who", "unit_id", "roles")]
    gone += ["archived_at", "topic", "topic_en", "version"]
    gone += ["replies_per_hour", "threads_per_day", "heated_replies"]
    for name in gone:
        op.execute(f"ALTER TABLE boards DROP COLUMN {name}")
