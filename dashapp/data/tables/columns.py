"""The metadata that all tables share, and the columns that many of them have."""

from sqlalchemy import BigInteger, Column, DateTime, MetaData, Text, Uuid, text

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def organisation() -> Column[int]:
    """The tenant key, which leads every primary key."""
    return Column("organisation_id", BigInteger, nullable=False)


def moment(name: str, *, nullable: bool = True) -> Column[object]:
    """An instant with its time zone."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


def public_id() -> Column[object]:
    """The random id that URLs show instead of the internal key."""
    return Column("public_id", Uuid, nullable=False, server_default=text("gen_random_uuid()"))


def described() -> list[Column[object]]:
    """The (time, event id) of the description that holds: the greatest wins, so order of arrival does not matter."""
    return [moment("described_at"), Column("described_by", Text)]
