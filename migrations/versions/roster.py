"""surveys that show who has answered"""

import sqlalchemy as sa
from alembic import op

revision = "roster"
down_revision = "asked_units"
branch_labels = None
depends_on = None

RULE = "NOT roster OR anonymity <> 'anonymous'"
NAME = "ck_surveys_no_roster_of_anonymous"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":  # in place: batches forget other checks
        op.execute(
            "ALTER TABLE surveys ADD COLUMN roster BOOLEAN DEFAULT 0 NOT NULL "
            f"CONSTRAINT {NAME} CHECK ({RULE})"
        )
    else:
        roster = sa.Column("roster", sa.Boolean(), nullable=False, server_default=sa.false())
        op.add_column("surveys", roster)
        op.create_check_constraint(op.f(NAME), "surveys", RULE)


def downgrade() -> None:
    op.execute("ALTER TABLE surveys DROP COLUMN roster")
