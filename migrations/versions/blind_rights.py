"""rights that browsers make and that are signed blindly"""

import sqlalchemy as sa
from alembic import op

revision = "blind_rights"
down_revision = "proposals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "survey_signing_keys",
        sa.Column("survey_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("private", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["surveys.id"],
            name=op.f("fk_survey_signing_keys_survey_id_surveys"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", name=op.f("pk_survey_signing_keys")),
    )
    op.add_column("survey_rights", sa.Column("blinded", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("survey_rights", "blinded")
    op.drop_table("survey_signing_keys")
