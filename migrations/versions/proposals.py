"""Proposals, and how they are answered."""

import sqlalchemy as sa
from alembic import op

from core.db import UTCDateTime

revision = "proposals"
down_revision = "envelopes"
branch_labels = None
depends_on = None

OUTCOMES = ("adopted", "partly", "already_done", "research", "infeasible", "out_of_scope")
OTHERS = ("partly", "already_done", "infeasible", "out_of_scope", "withdrawn")
STATES = ("open", "adopted", "research", *OTHERS)


def upgrade() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("owning_unit_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("public_revision_id", sa.Integer(), nullable=True),
        sa.Column("latest_revision_id", sa.Integer(), nullable=True),
        sa.Column("taken_revision_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", _enum("proposals_state", *STATES), nullable=False),
        *_keys(
            "proposals",
            ("campaign_id", "campaigns"),
            ("unit_id", "units"),
            ("owning_unit_id", "units"),
            ("author_id", "people"),
            ("public_revision_id", "revisions"),
            ("latest_revision_id", "revisions"),
            ("taken_revision_id", "revisions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    for columns in (
        ["author_id"],
        ["owning_unit_id"],
        ["state"],
        ["campaign_id", "published_at", "id"],
    ):
        op.create_index(op.f(f"ix_proposals_{'_'.join(columns)}"), "proposals", columns)
    op.create_index(
        "ix_proposals_waiting",
        "proposals",
        ["owning_unit_id", "due_on"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "proposal_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("outcome", _enum("outcome", *OUTCOMES), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_proposal_decisions_reasoned")),
        *_keys(
            "proposal_decisions",
            ("proposal_id", "proposals"),
            ("revision_id", "revisions"),
            ("decided_by_id", "people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_decisions")),
    )
    op.create_index(
        op.f("ix_proposal_decisions_proposal_id"), "proposal_decisions", ["proposal_id"]
    )


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, native_enum=False, create_constraint=True, name=name, length=24)


def _keys(table: str, *columns: tuple[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}")
        )
        for column, other in columns
    ]


def downgrade() -> None:
    op.drop_table("proposal_decisions")
    op.drop_table("proposals")
