"""invitation codes by mail"""

import sqlalchemy as sa
from alembic import op

revision = "code_mails"
down_revision = "begun"
branch_labels = None
depends_on = None


def upgrade() -> None:
    mailed = sa.Column("is_mailed", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("survey_code_batches", mailed)
    op.create_table(
        "survey_code_mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("batch_number", sa.Integer(), nullable=False),
        sa.Column("enclosed", sa.Text(), nullable=False),
        sa.Column("attempt_count", sa.Integer(), nullable=False),
        sa.Column("failed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["survey_id", "batch_number"],
            ["survey_code_batches.survey_id", "survey_code_batches.number"],
            name=op.f("fk_survey_code_mails_survey_id_batch_number_survey_code_batches"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_code_mails")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_survey_code_mails_survey_id_batch_number"),
        "survey_code_mails",
        ["survey_id", "batch_number"],
    )


def downgrade() -> None:
    op.drop_table("survey_code_mails")
    op.drop_column("survey_code_batches", "is_mailed")
