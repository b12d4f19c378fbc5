"""Every table of the service, as SQLAlchemy Core. Migrations create them; a test holds the two against each other.

Tenant keys lead with `organisation_id`, so that a table can be distributed by organisation. People's names and
addresses stand in `people`, for a while in `roster_before` and `roster_run_rows`; everything else knows the key.
"""

from dashapp.data.tables.access import (
    accounts,
    identity_providers,
    password_links,
    service_keys,
    sign_in_tries,
)
from dashapp.data.tables.aggregates import (
    ROLL_UPS,
    activity_days,
    activity_people,
    course_day_people,
    course_days,
    course_hours,
    forum_posts,
    item_responses,
    learner_activities,
    learner_course_day_types,
    learner_course_days,
    organisation_days,
    submissions,
    video_segments,
)
from dashapp.data.tables.audit import (
    audit_chains,
    audit_log,
    audit_seals,
    job_status,
)
from dashapp.data.tables.columns import (
    metadata,
)
from dashapp.data.tables.export_runs import (
    export_runs,
)
from dashapp.data.tables.goals import (
    learner_goals,
)
from dashapp.data.tables.guardians import (
    guardian_rules,
    guardianships,
)
from dashapp.data.tables.history import (
    history_imports,
)
from dashapp.data.tables.intake import (
    dead_letter_replays,
    dead_letters,
    event_ledger,
    inbox,
    ingest_partitions,
    ingest_status,
    raw_events,
    retractions,
    scope_changes,
    transport_offsets,
)
from dashapp.data.tables.leaving import (
    departures,
    organisation_exports,
)
from dashapp.data.tables.lti import (
    lti_contexts,
    lti_deployments,
    lti_keys,
    lti_platforms,
    lti_registration_codes,
    lti_resource_links,
    lti_used_states,
)
from dashapp.data.tables.membership import (
    membership_facts,
    memberships,
)
from dashapp.data.tables.messages import (
    message_recipients,
    message_snapshots,
    messages,
)
from dashapp.data.tables.organisations import (
    organisation_time_zones,
    organisation_units,
    organisations,
    source_keys,
    sources,
)
from dashapp.data.tables.people import (
    demographics,
    described_mailboxes,
    join_rules,
    people,
    person_identifiers,
    person_merges,
)
from dashapp.data.tables.person_settings import (
    person_settings,
)
from dashapp.data.tables.quality import (
    quality_alerts,
    quality_hours,
)
from dashapp.data.tables.report_stores import (
    report_stores,
)
from dashapp.data.tables.reports import (
    report_shares,
    report_versions,
    reports,
)
from dashapp.data.tables.rosters import (
    roster_before,
    roster_enrolments,
    roster_imports,
    roster_records,
    roster_run_rows,
    roster_runs,
    roster_sources,
)
from dashapp.data.tables.saved_views import (
    saved_views,
)
from dashapp.data.tables.schedules import (
    deliveries,
    report_schedules,
    schedule_runs,
    schedule_targets,
)
from dashapp.data.tables.sessions import (
    embed_link_epochs,
    ended_sessions,
    frame_origins,
    session_tickets,
    sessions,
)
from dashapp.data.tables.structure import (
    activities,
    activity_extensions,
    activity_identifiers,
    course_breaks,
    course_identifiers,
    courses,
    learner_groups,
    outcomes,
    programmes,
    sections,
    structure_changes,
    term_breaks,
    terms,
    units,
)
from dashapp.data.tables.uploads import (
    uploads,
)
from dashapp.data.tables.visibility import (
    visibility_policies,
)

TENANT_TABLES = tuple(
    table for table in metadata.sorted_tables if "organisation_id" in table.c and table.name != "organisations"
)
"""Every table under row-level security by organisation."""

__all__ = [
    "ROLL_UPS",
    "TENANT_TABLES",
    "accounts",
    "activities",
    "activity_days",
    "activity_extensions",
    "activity_identifiers",
    "activity_people",
    "audit_chains",
    "audit_log",
    "audit_seals",
    "course_breaks",
    "course_day_people",
    "course_days",
    "course_hours",
    "course_identifiers",
    "courses",
    "dead_letter_replays",
    "dead_letters",
    "deliveries",
    "demographics",
    "departures",
    "described_mailboxes",
    "embed_link_epochs",
    "ended_sessions",
    "event_ledger",
    "export_runs",
    "forum_posts",
    "frame_origins",
    "guardian_rules",
    "guardianships",
    "history_imports",
    "identity_providers",
    "inbox",
    "ingest_partitions",
    "ingest_status",
    "item_responses",
    "job_status",
    "join_rules",
    "learner_activities",
    "learner_course_day_types",
    "learner_course_days",
    "learner_goals",
    "learner_groups",
    "lti_contexts",
    "lti_deployments",
    "lti_keys",
    "lti_platforms",
    "lti_registration_codes",
    "lti_resource_links",
    "lti_used_states",
    "membership_facts",
    "memberships",
    "message_recipients",
    "message_snapshots",
    "messages",
    "metadata",
    "organisation_days",
    "organisation_exports",
    "organisation_time_zones",
    "organisation_units",
    "organisations",
    "outcomes",
    "password_links",
    "people",
    "person_identifiers",
    "person_merges",
    "person_settings",
    "programmes",
    "quality_alerts",
    "quality_hours",
    "raw_events",
    "report_schedules",
    "report_shares",
    "report_stores",
    "report_versions",
    "reports",
    "retractions",
    "roster_before",
    "roster_enrolments",
    "roster_imports",
    "roster_records",
    "roster_run_rows",
    "roster_runs",
    "roster_sources",
    "saved_views",
    "schedule_runs",
    "schedule_targets",
    "scope_changes",
    "sections",
    "service_keys",
    "session_tickets",
    "sessions",
    "sign_in_tries",
    "source_keys",
    "sources",
    "structure_changes",
    "submissions",
    "term_breaks",
    "terms",
    "transport_offsets",
    "units",
    "uploads",
    "video_segments",
    "visibility_policies",
]
