"""invitation codes that buy a blind signature"""

import sqlalchemy as sa
from alembic import op

revision = "blind_codes"
down_revision = "code_mails"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("survey_codes", sa.Column("blinded", sa.String(64), nullable=True))


def downgrade() -> None:
    op.drop_column("survey_codes", "blinded")
