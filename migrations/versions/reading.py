"""reading: tending with why, reactions, bookmarks"""

import sqlalchemy as sa
from alembic import op

from core.db import UTCDateTime

revision = "reading"
down_revision = "tending"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("threads") as batch_op:
        batch_op.add_column(sa.Column("pinned_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("featured_at", UTCDateTime(), nullable=True))
        batch_op.create_index(
            "ix_threads_featured",
            ["board_id", "featured_at"],
            sqlite_where=sa.text("featured_at IS NOT NULL"),
            postgresql_where=sa.text("featured_at IS NOT NULL"),
        )
    with op.batch_alter_table("notice_choices") as batch_op:
        batch_op.add_column(
            sa.Column("hears_reactions", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    _create_tendings()
    op.create_table(
        "reactions",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=7), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('agree', 'insight', 'join', 'done')", name="ck_reactions_reaction"
        ),
        _to("reactions", "post_id", "posts", ondelete="CASCADE"),
        _to("reactions", "person_id", "people", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "kind", "person_id", name="pk_reactions"),
    )
    op.create_table(
        "bookmarks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("remind_on", sa.Date(), nullable=True),
        sa.Column("reminded_at", UTCDateTime(), nullable=True),
        _to("bookmarks", "person_id", "people", ondelete="CASCADE"),
        _to("bookmarks", "post_id", "posts", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_bookmarks"),
        sa.UniqueConstraint("post_id", "person_id", name="uq_bookmarks_post_id_person_id"),
    )
    op.create_index("ix_bookmarks_person_id_id", "bookmarks", ["person_id", "id"])
    op.create_index("ix_bookmarks_person_id_remind_on", "bookmarks", ["person_id", "remind_on"])


def _create_tendings() -> None:
    op.create_table(
        "tendings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(length=7), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("lasts_until", sa.Date(), nullable=True),
        sa.Column("acted_by_id", sa.Integer(), nullable=False),
        sa.Column("acted_as", sa.String(length=30), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_as", sa.String(length=30), nullable=True),
        sa.Column("ended_why", sa.String(length=300), nullable=True),
        sa.CheckConstraint("verb IN ('lock', 'pin', 'feature')", name="ck_tendings_tending"),
        _to("tendings", "thread_id", "threads"),
        _to("tendings", "board_id", "boards"),
        _to("tendings", "acted_by_id", "people"),
        _to("tendings", "ended_by_id", "people"),
        sa.PrimaryKeyConstraint("id", name="pk_tendings"),
    )
    op.create_index("ix_tendings_thread_id_verb", "tendings", ["thread_id", "verb"])
    op.create_index("ix_tendings_board_id_id", "tendings", ["board_id", "id"])


def _to(table: str, column: str, other: str, **options: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{other}"
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, **options)


def downgrade() -> None:
    for table in ("bookmarks", "reactions", "tendings"):
        op.drop_table(table)
    with op.batch_alter_table("notice_choices") as batch_op:
        batch_op.drop_column("hears_reactions")
    with op.batch_alter_table("threads") as batch_op:
        batch_op.drop_index("ix_threads_featured")
        batch_op.drop_column("featured_at")
        batch_op.drop_column("pinned_until")
