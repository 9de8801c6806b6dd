"""tags, and names in Latin letters"""

import sqlalchemy as sa
from alembic import op

from core.db import UTCDateTime
from core.pinyin import spelling

revision = "finding"
down_revision = "publishing"
branch_labels = None
depends_on = None

BATCH = 1_000  # people whose names are spelled in one go


def upgrade() -> None:
    op.create_table(
        "tags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("name_en", sa.String(length=40), nullable=True),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("description_en", sa.String(length=200), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("accepted_at", UTCDateTime(), nullable=True),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["board_id"], ["boards.id"], name="fk_tags_board_id_boards"),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["tags.id"], name="fk_tags_merged_into_id_tags"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_tags"),
    )
    op.create_index("ix_tags_board_id_name", "tags", ["board_id", "name"])
    op.create_table(
        "thread_tags",
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("last_post_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["board_id"], ["boards.id"], name="fk_thread_tags_board_id_boards"),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name="fk_thread_tags_tag_id_tags"),
        sa.ForeignKeyConstraint(
            ["thread_id"],
            ["threads.id"],
            name="fk_thread_tags_thread_id_threads",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("thread_id", "tag_id", name="pk_thread_tags"),
    )
    op.create_index(
        "ix_thread_tags_listed", "thread_tags", ["tag_id", "last_post_at", "thread_id", "board_id"]
    )
    op.add_column(
        "boards",
        sa.Column("proposes_tags", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "people", sa.Column("spelling", sa.String(length=120), nullable=False, server_default="")
    )
    op.create_index("ix_people_spelling", "people", ["spelling"])
    op.add_column(
        "drafts", sa.Column("tags", sa.String(length=60), nullable=False, server_default="")
    )
    _spell()


def _spell() -> None:
    """The names that are there, as the program spells those that come."""
    people = sa.table(
        "people", sa.column("id", sa.Integer), sa.column("name"), sa.column("spelling")
    )
    named = sa.update(people).where(people.c.id == sa.bindparam("own"))
    last, connection = 0, op.get_bind()
    while rows := connection.execute(
        sa.select(people.c.id, people.c.name)
        .where(people.c.id > last)
        .order_by(people.c.id)
        .limit(BATCH)
    ).all():
        said = [{"own": row.id, "spelling": spelling(row.name)} for row in rows]
        connection.execute(named.values(spelling=sa.bindparam("spelling")), said)
        last = rows[-1].id


def downgrade() -> None:
    with op.batch_alter_table("drafts") as batch_op:
        batch_op.drop_column("tags")
    op.drop_index("ix_people_spelling", table_name="people")
    with op.batch_alter_table("people") as batch_op:
        batch_op.drop_column("spelling")
    with op.batch_alter_table("boards") as batch_op:
        batch_op.drop_column("proposes_tags")
    op.drop_table("thread_tags")
    op.drop_table("tags")
