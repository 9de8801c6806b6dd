"""named answers that are begun and not sent"""

import sqlalchemy as sa
from alembic import op

from core.db import UTCDateTime

revision = "begun"
down_revision = "roster"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "survey_begun_responses",
        sa.Column("survey_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("anonymity", sa.String(12), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("window", sa.String(16), nullable=False),
        sa.Column("section", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("saved_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("anonymity = 'named'", name=op.f("ck_survey_begun_responses_named")),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_survey_begun_responses_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["survey_id", "anonymity"],
            ["surveys.id", "surveys.anonymity"],
            name=op.f("fk_survey_begun_responses_survey_id_surveys"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "person_id", name=op.f("pk_survey_begun_responses")),
    )


def downgrade() -> None:
    op.drop_table("survey_begun_responses")
