"""files of responses that the office asks for"""

import sqlalchemy as sa
from alembic import op

from core.db import UTCDateTime

revision = "exporting"
down_revision = "ledger"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "survey_exports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("asker_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("total_count", sa.Integer(), nullable=False),
        sa.Column("done_count", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("refusal", sa.String(length=20), nullable=True),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.CheckConstraint("kind IN ('xlsx', 'csv', 'sav')", name=op.f("ck_survey_exports_kind")),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                name=op.f(f"fk_survey_exports_{column}_{table}"),
                ondelete="CASCADE",
            )
            for column, table in (("survey_id", "surveys"), ("asker_id", "people"))
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_exports")),
    )
    for column in ("survey_id", "asker_id", "asked_at"):
        op.create_index(op.f(f"ix_survey_exports_{column}"), "survey_exports", [column])


def downgrade() -> None:
    op.drop_table("survey_exports")
