"""surveys answered by link or code, and invitation codes"""

import sqlalchemy as sa
from alembic import op

revision = "entry"
down_revision = "confiding"
branch_labels = None
depends_on = None

RULE = "entry = 'account' OR entry IN ('link', 'codes') AND anonymity = 'anonymous'"
NAME = "ck_surveys_entry_without_account"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":  # in place: batches forget other checks
        op.execute(
            "ALTER TABLE surveys ADD COLUMN entry VARCHAR(10) DEFAULT 'account' NOT NULL "
            f"CONSTRAINT {NAME} CHECK ({RULE})"
        )
    else:
        entry = sa.Column("entry", sa.String(10), nullable=False, server_default="account")
        op.add_column("surveys", entry)
        op.create_check_constraint(op.f(NAME), "surveys", RULE)
    op.create_table(
        "survey_code_batches",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("code_count", sa.Integer(), nullable=False),
        sa.Column("maker_id", sa.Integer(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["maker_id"], ["people.id"], name=op.f("fk_survey_code_batches_maker_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["surveys.id"],
            name=op.f("fk_survey_code_batches_survey_id_surveys"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "number", name=op.f("pk_survey_code_batches")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "survey_codes",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("batch_number", sa.Integer(), nullable=False),
        sa.Column("is_exchanged", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["survey_id", "batch_number"],
            ["survey_code_batches.survey_id", "survey_code_batches.number"],
            name=op.f("fk_survey_codes_survey_id_batch_number_survey_code_batches"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "digest", name=op.f("pk_survey_codes")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("survey_codes")
    op.drop_table("survey_code_batches")
    op.execute("ALTER TABLE surveys DROP COLUMN entry")
