"""drafts remember their files"""

import sqlalchemy as sa
from alembic import op

from core.db import UTCDateTime

revision = "files"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attachments", sa.Column("draft_ends_at", UTCDateTime(), nullable=True))
    op.add_column(
        "drafts", sa.Column("files", sa.String(length=120), nullable=False, server_default="")
    )


def downgrade() -> None:
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.drop_column("files")
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.drop_column("draft_ends_at")
