"""the opinion ledger"""

import sqlalchemy as sa
from alembic import op

from core.db import UTCDateTime

revision = "ledger"
down_revision = "blind_codes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledgers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people.id"], name=op.f("fk_ledgers_author_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["surveys.id"], name=op.f("fk_ledgers_survey_id_surveys")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_ledgers_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledgers")),
        sa.UniqueConstraint("survey_id", name=op.f("uq_ledgers_survey_id")),
    )
    op.create_table(
        "ledger_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ledger_id", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(length=16), nullable=False),
        sa.Column("moves", sa.JSON(), nullable=False),
        sa.Column("made", sa.JSON(), nullable=False),
        sa.Column("done_by_id", sa.Integer(), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["done_by_id"], ["people.id"], name=op.f("fk_ledger_acts_done_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["ledger_id"], ["ledgers.id"], name=op.f("fk_ledger_acts_ledger_id_ledgers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_acts")),
    )
    op.create_index(op.f("ix_ledger_acts_ledger_id"), "ledger_acts", ["ledger_id"])

    op.create_table(
        "ledger_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ledger_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=60), nullable=False),
        sa.Column("wording", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("owning_unit_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("public_reply_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("public_revision_id", sa.Integer(), nullable=True),
        sa.Column("latest_revision_id", sa.Integer(), nullable=True),
        sa.Column("taken_revision_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "assigned",
                "answered",
                "published",
                name="ledger_items_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(state = 'open') = (owning_unit_id IS NULL) AND (state = 'open') = (due_on IS NULL)",
            name=op.f("ck_ledger_items_assigned"),
        ),
        sa.CheckConstraint(
            "about = '' OR public_revision_id IS NULL",
            name=op.f("ck_ledger_items_of_members_unpublished"),
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people.id"], name=op.f("fk_ledger_items_author_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["latest_revision_id"],
            ["revisions.id"],
            name=op.f("fk_ledger_items_latest_revision_id_revisions"),
        ),
        sa.ForeignKeyConstraint(
            ["ledger_id"], ["ledgers.id"], name=op.f("fk_ledger_items_ledger_id_ledgers")
        ),
        sa.ForeignKeyConstraint(
            ["owning_unit_id"], ["units.id"], name=op.f("fk_ledger_items_owning_unit_id_units")
        ),
        sa.ForeignKeyConstraint(
            ["public_revision_id"],
            ["revisions.id"],
            name=op.f("fk_ledger_items_public_revision_id_revisions"),
        ),
        sa.ForeignKeyConstraint(
            ["taken_revision_id"],
            ["revisions.id"],
            name=op.f("fk_ledger_items_taken_revision_id_revisions"),
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_ledger_items_unit_id_units")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_items")),
        sa.UniqueConstraint(
            "id", "ledger_id", "about", name=op.f("uq_ledger_items_id_ledger_id_about")
        ),
        sa.UniqueConstraint("ledger_id", "number", name=op.f("uq_ledger_items_ledger_id_number")),
    )
    op.create_index(op.f("ix_ledger_items_author_id"), "ledger_items", ["author_id"])
    op.create_index(
        op.f("ix_ledger_items_owning_unit_id_state_due_on"),
        "ledger_items",
        ["owning_unit_id", "state", "due_on"],
    )
    op.create_index(op.f("ix_ledger_items_state"), "ledger_items", ["state"])

    op.create_table(
        "ledger_sources",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ledger_id", sa.Integer(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "online",
                "paper",
                "meeting",
                "letter",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("sent_count", sa.Integer(), nullable=True),
        sa.Column("returned_count", sa.Integer(), nullable=True),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(channel = 'online') = (title = '')", name=op.f("ck_ledger_sources_named")
        ),
        sa.CheckConstraint(
            "channel = 'meeting' OR held_on IS NULL", name=op.f("ck_ledger_sources_held")
        ),
        sa.CheckConstraint(
            "channel = 'paper' AND sent_count IS NOT NULL AND returned_count IS NOT NULL AND sent_count >= returned_count AND returned_count >= 0 OR channel <> 'paper' AND sent_count IS NULL AND returned_count IS NULL",
            name=op.f("ck_ledger_sources_forms"),
        ),
        sa.ForeignKeyConstraint(
            ["ledger_id"], ["ledgers.id"], name=op.f("fk_ledger_sources_ledger_id_ledgers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_sources")),
        sa.UniqueConstraint(
            "id", "ledger_id", "channel", name=op.f("uq_ledger_sources_id_ledger_id_channel")
        ),
    )
    op.create_index(op.f("ix_ledger_sources_ledger_id"), "ledger_sources", ["ledger_id"])

    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ledger_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "online",
                "paper",
                "meeting",
                "letter",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("question_key", sa.String(length=32), nullable=True),
        sa.Column("answer_id", sa.Uuid(), nullable=True),
        sa.Column("about", sa.String(length=60), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column(
            "aside",
            sa.Enum(
                "not_opinion",
                "doubled",
                "miscut",
                name="aside",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=True,
        ),
        sa.Column("is_quoted", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(channel = 'online') = (answer_id IS NOT NULL) AND (channel = 'online') = (question_key IS NOT NULL)",
            name=op.f("ck_ledger_entries_from_an_answer"),
        ),
        sa.CheckConstraint(
            "item_id IS NOT NULL OR NOT is_quoted", name=op.f("ck_ledger_entries_quoted_in_an_item")
        ),
        sa.CheckConstraint(
            "item_id IS NULL OR aside IS NULL", name=op.f("ck_ledger_entries_in_one_place")
        ),
        sa.CheckConstraint("length(words) > 0", name=op.f("ck_ledger_entries_said")),
        sa.ForeignKeyConstraint(
            ["item_id", "ledger_id", "about"],
            ["ledger_items.id", "ledger_items.ledger_id", "ledger_items.about"],
            name=op.f("fk_ledger_entries_item_id_ledger_id_about_ledger_items"),
        ),
        sa.ForeignKeyConstraint(
            ["ledger_id"], ["ledgers.id"], name=op.f("fk_ledger_entries_ledger_id_ledgers")
        ),
        sa.ForeignKeyConstraint(
            ["source_id", "ledger_id", "channel"],
            ["ledger_sources.id", "ledger_sources.ledger_id", "ledger_sources.channel"],
            name=op.f("fk_ledger_entries_source_id_ledger_id_channel_ledger_sources"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_ledger_entries_answer_id"), "ledger_entries", ["answer_id"])
    op.create_index(
        op.f("ix_ledger_entries_ledger_id_item_id"), "ledger_entries", ["ledger_id", "item_id"]
    )
    op.create_index(op.f("ix_ledger_entries_source_id"), "ledger_entries", ["source_id"])

    op.create_table(
        "ledger_replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "done",
                "promised",
                "partly",
                "explained",
                "referred",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("replied_by_id", sa.Integer(), nullable=False),
        sa.Column("replied_at", UTCDateTime(), nullable=False),
        sa.Column("returned_why", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(outcome = 'promised') = (promised_on IS NOT NULL)",
            name=op.f("ck_ledger_replies_by_a_day"),
        ),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_ledger_replies_reasoned")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["ledger_items.id"], name=op.f("fk_ledger_replies_item_id_ledger_items")
        ),
        sa.ForeignKeyConstraint(
            ["replied_by_id"], ["people.id"], name=op.f("fk_ledger_replies_replied_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_ledger_replies_unit_id_units")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_replies")),
    )
    op.create_index(op.f("ix_ledger_replies_item_id"), "ledger_replies", ["item_id"])

    op.create_table(
        "ledger_corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("corrected_by_id", sa.Integer(), nullable=False),
        sa.Column("corrected_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_ledger_corrections_reasoned")),
        sa.ForeignKeyConstraint(
            ["corrected_by_id"],
            ["people.id"],
            name=op.f("fk_ledger_corrections_corrected_by_id_people"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["ledger_entries.id"],
            name=op.f("fk_ledger_corrections_entry_id_ledger_entries"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_corrections")),
    )
    op.create_index(op.f("ix_ledger_corrections_entry_id"), "ledger_corrections", ["entry_id"])


def downgrade() -> None:
    for table in (
        "ledger_corrections",
        "ledger_replies",
        "ledger_entries",
        "ledger_sources",
        "ledger_items",
        "ledger_acts",
        "ledgers",
    ):
        op.drop_table(table)
