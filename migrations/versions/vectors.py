"""what PostgreSQL makes of an entry's tokens, kept beside them"""

from alembic import op

from core.search import GIN, KEPT

revision = "vectors"
down_revision = "blind_rights"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every entry is read once: about a minute for 100,000 of them."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX ix_search_entries_tokens")
        for statement in KEPT:
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX ix_search_entries_vector")
        op.execute("ALTER TABLE search_entries DROP COLUMN vector")
        for statement in GIN:
            op.execute(statement)
