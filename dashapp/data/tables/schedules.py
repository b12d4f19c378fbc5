"""Schedules of reports, their runs, and the copies that went to people."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from dashapp.data.tables.columns import metadata, moment, organisation, public_id

report_schedules = Table(
    "report_schedules",
    metadata,
    organisation(),
    Column("schedule_id", BigInteger, Identity(), nullable=False),
    public_id(),
    Column("report_id", Uuid),
    Column("document", JSONB, nullable=False),
    Column("author_id", BigInteger, nullable=False),
    Column("cron", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("formats", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    moment("next_at"),
    moment("created_at", nullable=False),
    moment("changed_at", nullable=False),
    moment("delivered_at"),
    moment("alerted_at"),
    PrimaryKeyConstraint("organisation_id", "schedule_id"),
    UniqueConstraint("organisation_id", "public_id"),
    ForeignKeyConstraint(["organisation_id", "author_id"], ["people.organisation_id", "people.person_id"]),
    Index("ix_report_schedules_next", "organisation_id", "next_at", postgresql_where=text("state = 'active'")),
    Index(None, "organisation_id", "report_id"),
)
"""When a report is made again. `document` is the report as it was saved last; `report_id` the public id of the report
that it belongs to, null: of none. `next_at`: when it is due; null while it is paused. `delivered_at`: when a run of it
arrived whole; `alerted_at`: when its author was told that none does."""

schedule_targets = Table(
    "schedule_targets",
    metadata,
    organisation(),
    Column("target_id", BigInteger, Identity(), nullable=False),
    public_id(),
    Column("schedule_id", BigInteger, nullable=False),
    Column("way", Text, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("address", Text),
    PrimaryKeyConstraint("organisation_id", "target_id"),
    UniqueConstraint("organisation_id", "public_id"),
    ForeignKeyConstraint(
        ["organisation_id", "schedule_id"],
        ["report_schedules.organisation_id", "report_schedules.schedule_id"],
        ondelete="CASCADE",
    ),
    ForeignKeyConstraint(["organisation_id", "person_id"], ["people.organisation_id", "people.person_id"]),
    Index(None, "organisation_id", "schedule_id"),
)
"""To whom a schedule delivers, and how. A copy is made with the rights of `person_id`: the recipient or, of a webhook,
a folder and somebody without an account, the administrator who entered it. `address`: of the webhook or the mail to
somebody without an account; mails to people go to the address that `people` has when they are sent."""

schedule_runs = Table(
    "schedule_runs",
    metadata,
    organisation(),
    Column("run_id", BigInteger, Identity(), nullable=False),
    public_id(),
    Column("schedule_id", BigInteger, nullable=False),
    moment("due_at", nullable=False),
    Column("asked_by", BigInteger),
    Column("state", Text, nullable=False),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    moment("as_of"),
    moment("try_after"),
    Column("lease", Uuid),
    moment("leased_until"),
    moment("started_at"),
    moment("finished_at"),
    Column("trouble", Text),
    PrimaryKeyConstraint("organisation_id", "run_id"),
    UniqueConstraint("organisation_id", "public_id"),
    ForeignKeyConstraint(
        ["organisation_id", "schedule_id"],
        ["report_schedules.organisation_id", "report_schedules.schedule_id"],
        ondelete="CASCADE",
    ),
    ForeignKeyConstraint(["organisation_id", "asked_by"], ["people.organisation_id", "people.person_id"]),
    Index(None, "organisation_id", "schedule_id", "due_at"),
    Index(
        "uq_schedule_runs_due",
        *("organisation_id", "schedule_id", "due_at"),
        unique=True,
        postgresql_where=text("asked_by IS NULL"),
    ),
    Index("ix_schedule_runs_open", "organisation_id", postgresql_where=text("state IN ('waiting', 'running')")),
)
"""Runs of schedules, one for each time that was due, and those that somebody asked for. `as_of`: the instant of which
every copy speaks. `lease`: who works on it, until `leased_until`; whoever finds it later takes it over."""

deliveries = Table(
    "deliveries",
    metadata,
    organisation(),
    Column("delivery_id", BigInteger, Identity(), nullable=False),
    public_id(),
    Column("run_id", BigInteger, nullable=False),
    Column("target_id", BigInteger, nullable=False),
    Column("way", Text, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("address", Text),
    Column("state", Text, nullable=False),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("copied_as", Text),
    Column("files", JSONB),
    Column("is_approved", Boolean, nullable=False, server_default=text("false")),
    moment("made_at"),
    moment("begun_at"),
    moment("try_after", nullable=False),
    moment("settled_at"),
    moment("kept_until"),
    Column("decided_by", BigInteger),
    Column("trouble", Text),
    Column("lease", Uuid),
    moment("withdrawn_at"),
    Column("title", Text),
    Column("locale", Text),
    PrimaryKeyConstraint("organisation_id", "delivery_id"),
    UniqueConstraint("organisation_id", "public_id"),
    UniqueConstraint("organisation_id", "run_id", "target_id"),
    ForeignKeyConstraint(
        ["organisation_id", "run_id"],
        ["schedule_runs.organisation_id", "schedule_runs.run_id"],
        ondelete="CASCADE",
    ),
    ForeignKeyConstraint(["organisation_id", "person_id"], ["people.organisation_id", "people.person_id"]),
    ForeignKeyConstraint(
        ["organisation_id", "decided_by"],
        ["people.organisation_id", "people.person_id"],
        name="fk_deliveries_people_decided_by",
    ),
    Index(None, "organisation_id", "person_id"),
)
"""The copy of one run for one recipient. `copied_as` names its files below DATA_DIR: copies with equal figures share
them; `files` lists them. `kept_until`: so long they are there. `decided_by`: who decided about a copy of which nobody
knows whether it arrived, or that was held. `trouble`: a word, or the other side's reply code. `lease`: under which of
the run's leases it was last begun to be sent: whoever held an older one says nothing of it any more. `withdrawn_at`:
when somebody took it back; its files are given to nobody from then on. `title`,
`locale`: of the report when the copy was made."""
