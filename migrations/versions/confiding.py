"""a level between named and anonymous, and the keepers of its names"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from core.db import UTCDateTime

revision = "confiding"
down_revision = "drafting"
branch_labels = None
depends_on = None

SURVEYS, VERSIONS = "surveys", "survey_versions"
RESPONSES, WORDS = "survey_responses", "survey_open_answers"
NOW, BEFORE = 12, 10  # characters of a level's name

LEVELS = {
    NOW: "anonymity IN ('named', 'confidential', 'anonymous')",
    BEFORE: "anonymity IN ('named', 'anonymous')",
}
NAMES = {
    NOW: (
        "anonymity = 'named' AND person_id IS NOT NULL AND version_number IS NOT NULL "
        "AND answered_at IS NOT NULL AND name_box IS NULL OR anonymity <> 'named' "
        "AND person_id IS NULL AND version_number IS NULL AND answered_at IS NULL "
        "AND (anonymity = 'confidential') = (name_box IS NOT NULL)"
    ),
    BEFORE: (
        "anonymity = 'named' AND person_id IS NOT NULL AND version_number IS NOT NULL "
        "AND answered_at IS NOT NULL OR anonymity = 'anonymous' AND person_id IS NULL "
        "AND version_number IS NULL AND answered_at IS NULL"
    ),
}
ALONE = {
    NOW: "(anonymity = 'anonymous') = (response_id IS NULL)",
    BEFORE: "(anonymity = 'named') = (response_id IS NOT NULL)",
}
CHECKS = (
    (SURVEYS, "anonymity", LEVELS),
    (RESPONSES, "anonymous_names_nobody", NAMES),
    (WORDS, "anonymous_stands_alone", ALONE),
)


def upgrade() -> None:
    op.add_column(RESPONSES, sa.Column("name_box", sa.LargeBinary(), nullable=True))
    _change(BEFORE, NOW)
    op.create_table(
        "survey_keepers",
        *_ids("survey_id", "seat"),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        _key("survey_keepers", "person_id", "people"),
        _key("survey_keepers", "survey_id", "surveys", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("survey_id", "seat", name=op.f("pk_survey_keepers")),
        sa.UniqueConstraint(
            "survey_id", "person_id", name=op.f("uq_survey_keepers_survey_id_person_id")
        ),
    )
    op.create_table(
        "survey_participants",
        *_ids("survey_id", "person_id"),
        _key("survey_participants", "person_id", "people", ondelete="CASCADE"),
        _key("survey_participants", "survey_id", "surveys", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("survey_id", "person_id", name=op.f("pk_survey_participants")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "survey_name_openings",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("part", sa.Text(), nullable=True),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", UTCDateTime(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        _key("survey_name_openings", "asked_by_id", "people"),
        _key("survey_name_openings", "opened_by_id", "people"),
        _key("survey_name_openings", "person_id", "people"),
        _key("survey_name_openings", "survey_id", "surveys", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_survey_name_openings")),
    )
    op.create_index(
        op.f("ix_survey_name_openings_survey_id"), "survey_name_openings", ["survey_id"]
    )


def downgrade() -> None:
    """The older program knows no such surveys: they go, with what was answered."""
    for table in ("survey_name_openings", "survey_participants", "survey_keepers"):
        op.drop_table(table)
    gone = "SELECT id FROM surveys WHERE anonymity = 'confidential'"
    for table in (WORDS, "survey_answers", RESPONSES, "survey_held_responses", VERSIONS):
        op.execute(f"DELETE FROM {table} WHERE survey_id IN ({gone})")
    op.execute("DELETE FROM survey_dismissals WHERE survey_id IN (" + gone + ")")
    op.execute("DELETE FROM survey_result_snapshots WHERE survey_id IN (" + gone + ")")
    op.execute("DELETE FROM surveys WHERE anonymity = 'confidential'")
    _change(NOW, BEFORE)
    op.drop_column(RESPONSES, "name_box")


def _ids(*names: str) -> Sequence[sa.Column[int]]:
    return [sa.Column(one, sa.Integer(), autoincrement=False, nullable=False) for one in names]


def _key(table: str, column: str, of: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{of}")
    return sa.ForeignKeyConstraint([column], [f"{of}.id"], name=name, ondelete=ondelete)


def _change(old: int, new: int) -> None:
    """Other levels, in names of another length."""
    if op.get_bind().dialect.name == "postgresql":
        _change_postgresql(new)
    else:
        _change_sqlite(old, new)


def _change_postgresql(new: int) -> None:
    for table, name, rule in CHECKS:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}")
        op.execute(f"ALTER TABLE {table} ALTER COLUMN anonymity TYPE VARCHAR({new})")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({rule[new]})")
    op.execute(f"ALTER TABLE {VERSIONS} ALTER COLUMN published_as TYPE VARCHAR({new})")


def _change_sqlite(old: int, new: int) -> None:
    """A table is changed by making it anew from its own words, without rowid where it was so."""
    rules = {table: rule for table, _name, rule in CHECKS}
    connection = op.get_bind()
    for table in (SURVEYS, VERSIONS, RESPONSES, WORDS):
        found = connection.exec_driver_sql(
            "SELECT type, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL", (table,)
        ).all()
        (said,) = [sql for kind, sql in found if kind == "table"]
        column = "published_as" if table == VERSIONS else "anonymity"
        changed = said.replace(f"{column} VARCHAR({old})", f"{column} VARCHAR({new})")
        if table in rules:
            changed = changed.replace(rules[table][old], rules[table][new])
            assert rules[table][new] in changed, table
        made = changed.replace(f"CREATE TABLE {table}", f"CREATE TABLE new_{table}", 1)
        made = made.replace(f'CREATE TABLE "{table}"', f"CREATE TABLE new_{table}", 1)
        connection.exec_driver_sql(made)
        names = ", ".join(
            row.name for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")
        )
        connection.exec_driver_sql(f"INSERT INTO new_{table} ({names}) SELECT {names} FROM {table}")
        connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql(f"ALTER TABLE new_{table} RENAME TO {table}")
        for kind, sql in found:
            if kind == "index":
                connection.exec_driver_sql(sql)
