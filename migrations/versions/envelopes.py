"""held answers in envelopes, found by their receipts"""

import json
import secrets

import sqlalchemy as sa
from alembic import op

from surveys import envelopes

revision = "envelopes"
down_revision = "finding"
branch_labels = None
depends_on = None

TABLE = "survey_held_responses"


def upgrade() -> None:
    """What waits is kept: in envelopes, under receipts that nobody was given."""
    connection = op.get_bind()
    rows = connection.execute(sa.text(f"SELECT survey_id, answers FROM {TABLE}")).all()
    op.drop_table(TABLE)
    _make(
        sa.Column("receipt", sa.String(length=64), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        key="receipt",
    )
    for survey_id, answers in rows:
        said = json.loads(answers) if isinstance(answers, str) else answers
        envelope = envelopes.seal(survey_id, {"answers": said})
        _put(survey_id=survey_id, receipt=secrets.token_hex(32), envelope=envelope)


def downgrade() -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.text(f"SELECT survey_id, envelope FROM {TABLE}")).all()
    op.drop_table(TABLE)
    _make(
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        key="id",
    )
    for survey_id, envelope in rows:
        said = envelopes.unseal(survey_id, bytes(envelope))["answers"]
        _put(survey_id=survey_id, id=secrets.token_hex(16), answers=json.dumps(said))


def _make(*columns: sa.Column, key: str) -> None:
    op.create_table(
        TABLE,
        sa.Column("survey_id", sa.Integer(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["surveys.id"],
            name=op.f(f"fk_{TABLE}_survey_id_surveys"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", key, name=op.f(f"pk_{TABLE}")),
        sqlite_with_rowid=False,
    )


def _put(**row: object) -> None:
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    op.get_bind().execute(sa.text(f"INSERT INTO {TABLE} ({names}) VALUES ({marks})"), row)
