"""drafting: the steps of a survey's draft, and how many had answered each version's forerunner"""

import sqlalchemy as sa
from alembic import op

from core.db import UTCDateTime

revision = "drafting"
down_revision = "vectors"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "survey_draft_steps",
        sa.Column("survey_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("about", sa.String(120), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("back", sa.Integer(), nullable=True),
        sa.Column("forward", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people.id"], name=op.f("fk_survey_draft_steps_author_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["surveys.id"],
            name=op.f("fk_survey_draft_steps_survey_id_surveys"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "number", name=op.f("pk_survey_draft_steps")),
    )
    with op.batch_alter_table("survey_versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answer_count", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("survey_versions", schema=None) as batch_op:
        batch_op.drop_column("answer_count")
    op.drop_table("survey_draft_steps")
