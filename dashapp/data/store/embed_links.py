"""How long signed links open: each carries its maker's epoch, which is raised to end all of them."""

from collections.abc import Collection

from sqlalchemy import Connection, and_, select
from sqlalchemy.dialects.postgresql import insert

from dashapp.data.tables import embed_link_epochs, people
from dashapp.domain.keys import OrganisationId, PublicId


def epoch_of(connection: Connection, organisation: OrganisationId, maker: PublicId) -> int:
    """The number that links of this person carry now."""
    row = embed_link_epochs.c
    mine = and_(people.c.organisation_id == row.organisation_id, people.c.person_id == row.person_id)
    asked = select(row.epoch).join(people, mine).where(row.organisation_id == organisation, people.c.public_id == maker)
    return int(connection.execute(asked).scalar_one_or_none() or 0)


def end_links(connection: Connection, organisation: OrganisationId, makers: Collection[int]) -> None:
    """Ends all links of these people, by their keys in the organisation."""
    if not makers:
        return
    rows = [{"organisation_id": organisation, "person_id": person, "epoch": 1} for person in sorted(makers)]
    connection.execute(
        insert(embed_link_epochs).on_conflict_do_update(
            index_elements=["organisation_id", "person_id"], set_={"epoch": embed_link_epochs.c.epoch + 1}
        ),
        rows,
    )
