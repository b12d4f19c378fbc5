"""Tables by a further name, for statements in which one stands twice."""

from sqlalchemy import FromClause, Table


def named(table: Table, name: str) -> FromClause:
    """The table by another name, with its columns.

    SQLAlchemy makes these when they are first asked for. Where two threads ask at once, each gets columns of its own:
    the statement of one of them then names columns that the table does not know, and fails whenever it is asked.
    """
    made = table.alias(name)
    assert made.c
    return made
