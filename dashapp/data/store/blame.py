"""Whether an error of the write side is the fault of an event, or of the world around it."""

import psycopg2
import sqlalchemy

_OF_THE_DATA = frozenset({"22", "23", "54"})
"""SQLSTATE classes: data exception, integrity constraint violation, program limit exceeded (a key that is too long)."""


def blames_an_event(error: BaseException) -> bool:
    """True where the same batch will fail in the same way for ever, since one of its events cannot be stored."""
    cause = error.orig if isinstance(error, sqlalchemy.exc.DBAPIError) else error
    if isinstance(cause, psycopg2.Error):
        return (cause.pgcode or "")[:2] in _OF_THE_DATA
    # What our own code did not foresee in an event; a driver's refusal of a value is one of these too.
    return isinstance(cause, ValueError | TypeError | ArithmeticError | LookupError)
