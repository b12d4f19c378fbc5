"""What has to hold before a platform's message is believed (LTI 1.3 security framework, section 5.1.3)."""

import warnings
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from dashapp.data.store.lti.platforms import Platform
from dashapp.domain.lti import CLAIM, DEEP_LINKING, LONGEST_ID, LaunchRefused
from dashapp.security.lti.keysets import PlatformKey
from dashapp.security.lti.states import LoginState

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "ES256")
"""With a public key each of them; `none` and HS256 are not among them, whatever a token says of itself."""
LONGEST_TOKEN: Final = 65_536
LEEWAY: Final = 60
"""Seconds by which clocks may differ."""
OLDEST: Final = 600
"""Seconds since a token was made: it answers a login that is no older."""

FindKey = Callable[[str, object], PlatformKey]
"""(address of the key set, id of the key) → the key; raises LaunchRefused."""


class _Registry(JWSRegistry):
    """Takes headers that it does not know, which the standard wants to be ignored, and larger ones than usual."""

    max_header_length = 4096
    max_payload_length = LONGEST_TOKEN


def verify(token: str, platform: Platform, state: LoginState, find_key: FindKey, now: datetime) -> Mapping[str, Any]:
    """The claims of a token that answers this login at this platform. Raises LaunchRefused."""
    claims = _signed_claims(token, platform, find_key)
    if claims.get("iss") != platform.issuer:
        raise LaunchRefused("another issuer")
    _check_audience(claims, platform.client_id)
    _check_times(claims, now.timestamp())
    if claims.get("nonce") != state.nonce:
        raise LaunchRefused("another nonce")
    # A deep link may leave it out; everything else has to name the target for which the login was begun.
    target = claims.get(f"{CLAIM}target_link_uri")
    if target != state.target and not (target is None and claims.get(f"{CLAIM}message_type") == DEEP_LINKING):
        raise LaunchRefused("another target than the login's")
    deployment = claims.get(f"{CLAIM}deployment_id")
    if not isinstance(deployment, str) or not 0 < len(deployment) <= LONGEST_ID or not deployment.isprintable():
        raise LaunchRefused("no deployment")
    return claims


def _signed_claims(token: str, platform: Platform, find_key: FindKey) -> Mapping[str, Any]:
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise LaunchRefused("no token")

    def key_for(header: Any) -> PlatformKey:
        said = header.headers()
        if said.get("alg") not in ALGORITHMS:
            raise LaunchRefused("an algorithm that is not taken")
        return find_key(platform.keyset_url, said.get("kid"))

    registry = _Registry(algorithms=ALGORITHMS, strict_check_header=False)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return jwt.decode(token, key_for, algorithms=ALGORITHMS, registry=registry).claims
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise LaunchRefused("the signature does not hold") from None


def _check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    if client_id not in named:
        raise LaunchRefused("another audience")
    party = claims.get("azp")
    if party is None and len(named) > 1:
        raise LaunchRefused("several audiences, and no authorized party")
    if party is not None and party != client_id:
        raise LaunchRefused("another authorized party")


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    expires, made = _time_of(claims.get("exp")), _time_of(claims.get("iat"))
    if expires <= now - LEEWAY:
        raise LaunchRefused("expired")
    if not now - OLDEST - LEEWAY <= made <= now + LEEWAY:
        raise LaunchRefused("made long ago, or in the future")
    if claims.get("nbf") is not None and _time_of(claims["nbf"]) > now + LEEWAY:
        raise LaunchRefused("not valid yet")


def _time_of(given: Any) -> float:
    """Seconds since 1970. Raises LaunchRefused for what is no time: without one a token would hold for ever."""
    # Python's JSON knows NaN, with which every comparison fails, and so none would refuse.
    if isinstance(given, bool) or not isinstance(given, int | float) or given != given:
        raise LaunchRefused("no time of making or of expiry")
    return given
