"""Words of surveys' answers that are put forward for the results page."""

import sqlalchemy as sa
from alembic import op

from core.db import UTCDateTime

revision = "publishing"
down_revision = "tending"
branch_labels = None
depends_on = None

TABLE = "survey_opinions"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("question_key", sa.String(length=32), nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("public_revision_id", sa.Integer(), nullable=True),
        sa.Column("latest_revision_id", sa.Integer(), nullable=True),
        sa.Column("taken_revision_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                name=op.f(f"fk_{TABLE}_{column}_{table}"),
                ondelete="CASCADE" if table == "surveys" else None,
            )
            for column, table in (
                ("survey_id", "surveys"),
                ("unit_id", "units"),
                ("author_id", "people"),
                ("public_revision_id", "revisions"),
                ("latest_revision_id", "revisions"),
                ("taken_revision_id", "revisions"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("answer_id", name=op.f(f"uq_{TABLE}_answer_id")),
    )
    op.create_index(op.f(f"ix_{TABLE}_author_id"), TABLE, ["author_id"])
    columns = ["survey_id", "question_key", "answer_id"]
    op.create_index(op.f(f"ix_{TABLE}_{'_'.join(columns)}"), TABLE, columns)


def downgrade() -> None:
    op.drop_table(TABLE)
