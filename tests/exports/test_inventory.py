"""No table can be forgotten, no secret slips in, and every column is explained."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import BigInteger, Column, Connection, Table, text

from dashapp.data.database import Database
from dashapp.data.store.leaving import figures
from dashapp.data.store.leaving.inventory import NOT_EXPORTED, OF_NOBODY, ROWS, SECRETS, exported_tables, held_tables
from dashapp.data.tables import TENANT_TABLES, metadata
from exports.leaving.readme import column_words, shown_columns, table_words, words_of

KEPT_THOUGH_THEY_SOUND_SECRET = {
    "audit_chains.hash",
    "audit_seals.hash",
    "dead_letters.digest",
    "lti_keys.public_key",
    "lti_keys.key_id",
    "lti_platforms.keyset_url",
    "lti_platforms.token_url",
    "lti_platforms.token_audience",
    "report_stores.access_key",
    "roster_enrolments.digest",
    "roster_records.digest",
    "roster_records.key",
    "roster_sources.looked_hash",
}
"""Proofs of the trail, digests of what is exported itself, and what is public."""


def test_every_table_is_exported_or_named_with_a_reason() -> None:
    named = {held.name for held in exported_tables()} | set(NOT_EXPORTED) | set(OF_NOBODY)
    assert named == {table.name for table in metadata.sorted_tables}
    assert not {table.name for table in TENANT_TABLES} & set(OF_NOBODY)
    for reasons in (NOT_EXPORTED, OF_NOBODY, ROWS, SECRETS):
        assert set(reasons) <= {table.name for table in metadata.sorted_tables}


def test_a_new_table_without_an_owner_is_noticed() -> None:
    stray = Table("stray_of_a_test", metadata, Column("stray_id", BigInteger, primary_key=True))
    try:
        with pytest.raises(LookupError, match="stray_of_a_test"):
            held_tables()
    finally:
        metadata.remove(stray)


def test_what_sounds_like_a_secret_is_left_out() -> None:
    sounding = re.compile("hash|digest|secret|private|password|token|key")
    shown = {f"{held.name}.{column.name}" for held in exported_tables() for column in held.columns}
    harmless = {name for name in shown if name.endswith((".password_set_at", ".is_key"))}
    assert {
        name for name in shown - harmless if sounding.search(name.partition(".")[2])
    } == KEPT_THOUGH_THEY_SOUND_SECRET


def test_every_column_of_every_file_is_explained_and_nothing_else_is() -> None:
    used = set()
    for held in exported_tables():
        assert held.name in table_words(), f"{held.name} has no words below it in dashapp/data/tables"
        for column in shown_columns(held):
            assert words_of(held.name, column.name), f"exports/leaving/columns.toml: {held.name}.{column.name}"
            full = f"{held.name}.{column.name}"
            used.add(full if full in column_words() else column.name)
    assert set(column_words()) - used == {"body"} - used


def test_the_tables_of_which_jobs_see_everybody_are_those_that_the_figures_ask_with_a_condition(
    database: Database, as_superuser: Callable[[], Connection]
) -> None:
    open_to_jobs = text(
        "SELECT DISTINCT c.relname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid"
        " WHERE (SELECT oid FROM pg_roles WHERE rolname = 'la_jobs') = ANY (p.polroles) AND p.polpermissive"
        " AND p.polcmd IN ('r', '*') AND pg_get_expr(p.polqual, p.polrelid) = 'true'"
    )
    unbound = {"inbox"}  # it has no policy at all
    assert set(as_superuser().execute(open_to_jobs).scalars()) | unbound == set(figures._OPEN)
