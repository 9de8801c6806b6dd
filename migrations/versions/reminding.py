"""days on which people were reminded of a survey"""

import sqlalchemy as sa
from alembic import op

revision = "reminding"
down_revision = "entry"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "survey_reminders",
        sa.Column("survey_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["surveys.id"],
            name=op.f("fk_survey_reminders_survey_id_surveys"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "day", name=op.f("pk_survey_reminders")),
    )


def downgrade() -> None:
    op.drop_table("survey_reminders")
