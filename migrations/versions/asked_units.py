"""the units whose people a survey asks"""

import sqlalchemy as sa
from alembic import op

revision = "asked_units"
down_revision = "reminding"
branch_labels = None
depends_on = None


def upgrade() -> None:
    units = sa.Column("unit_ids", sa.JSON(), nullable=False, server_default="[]")
    op.add_column("surveys", units)


def downgrade() -> None:
    op.drop_column("surveys", "unit_ids")
