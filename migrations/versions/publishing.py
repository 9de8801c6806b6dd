"""Words of surveys' answers, and letters with their replies, as they are published."""

import sqlalchemy as sa
from alembic import op

from core.db import UTCDateTime

revision = "publishing"
down_revision = "reading"
branch_labels = None
depends_on = None

OPINIONS, LETTERS = "survey_opinions", "public_letters"
REVIEWED = (
    ("author_id", "people"),
    ("public_revision_id", "revisions"),
    ("latest_revision_id", "revisions"),
    ("taken_revision_id", "revisions"),
)


def upgrade() -> None:
    op.create_table(
        OPINIONS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("question_key", sa.String(length=32), nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        *_reviewed(),
        *_keys(OPINIONS, ("survey_id", "surveys"), ("unit_id", "units"), *REVIEWED),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{OPINIONS}")),
        sa.UniqueConstraint("answer_id", name=op.f(f"uq_{OPINIONS}_answer_id")),
    )
    _index(OPINIONS, "author_id")
    _index(OPINIONS, "survey_id", "question_key", "answer_id")
    op.create_table(
        LETTERS,
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("letter_id", Number, nullable=False),
        sa.Column("category", sa.String(length=30), nullable=False),
        sa.Column("replying_unit_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("replied_on", sa.Date(), nullable=False),
        sa.Column("took_days", sa.Integer(), nullable=False),
        *_reviewed(),
        *_keys(
            LETTERS,
            ("letter_id", "letters"),
            ("replying_unit_id", "units"),
            ("unit_id", "units"),
            *REVIEWED,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{LETTERS}")),
        sa.UniqueConstraint("letter_id", name=op.f(f"uq_{LETTERS}_letter_id")),
    )
    _index(LETTERS, "author_id")
    _index(LETTERS, "replying_unit_id")
    _index(LETTERS, "published_at", "id")
    # In one statement on either database: SQLite adds no constraint to a column that is there.
    op.execute(
        "ALTER TABLE letters ADD COLUMN unit_agreed_by_id INTEGER "
        "CONSTRAINT fk_letters_unit_agreed_by_id_people REFERENCES people (id)"
    )


Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _reviewed() -> list[sa.Column[object]]:
    """The columns of every kind of content under review."""
    return [
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("public_revision_id", sa.Integer(), nullable=True),
        sa.Column("latest_revision_id", sa.Integer(), nullable=True),
        sa.Column("taken_revision_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=True),
    ]


def _keys(table: str, *columns: tuple[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column],
            [f"{other}.id"],
            name=op.f(f"fk_{table}_{column}_{other}"),
            ondelete="CASCADE" if other in ("surveys", "letters") else None,
        )
        for column, other in columns
    ]


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def downgrade() -> None:
    op.execute("ALTER TABLE letters DROP COLUMN unit_agreed_by_id")
    op.drop_table(LETTERS)
    op.drop_table(OPINIONS)
