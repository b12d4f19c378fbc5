"""Whether an installation is still empty: in transactions of la_jobs that act for no organisation yet."""

from typing import Final

from sqlalchemy import Connection, text

_ANY: Final = text("SELECT EXISTS (SELECT 1 FROM organisations)")
_EVER: Final = text("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM organisations_organisation_id_seq")


def is_empty(connection: Connection) -> bool:
    """Whether there is no organisation."""
    return not connection.execute(_ANY).scalar_one()


def organisations_ever(connection: Connection) -> int:
    """A number that rises with every organisation that is made, and never falls."""
    return int(connection.execute(_EVER).scalar_one())
