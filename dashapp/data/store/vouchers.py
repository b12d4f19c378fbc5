"""Whether another system is still believed, asked where a session is begun on its word. As la_web.

Who ends the trust takes `own_sessions` before that and ends its sessions after it: so none begins in between.
"""

from sqlalchemy import Connection, and_, exists, select

from dashapp.data.store.locks import share_sessions
from dashapp.data.tables import identity_providers, lti_deployments, lti_platforms
from dashapp.domain.keys import OrganisationId
from dashapp.domain.sessions import Voucher


def is_believed(connection: Connection, organisation: OrganisationId, voucher: Voucher) -> bool:
    """Whether the system is believed until the transaction ends."""
    share_sessions(connection, organisation)
    # A statement after the lock, so that it sees what was committed by whoever held it.
    if voucher.platform_id is None:
        provider = identity_providers.c
        asked = select(provider.issuer).where(
            provider.organisation_id == organisation, provider.issuer == voucher.issuer, provider.enabled
        )
    else:
        platform, deployment = lti_platforms.c, lti_deployments.c
        mine = and_(
            deployment.organisation_id == platform.organisation_id,
            deployment.platform_id == platform.platform_id,
            deployment.deployment_id == voucher.deployment,
            deployment.enabled,
        )
        asked = select(platform.issuer).where(
            platform.organisation_id == organisation,
            platform.public_id == voucher.platform_id,
            platform.enabled,
            exists().where(mine),
        )
    return connection.execute(asked).first() is not None
