"""What the administration page of learning platforms shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from dashapp.domain.keys import PublicId


@dataclass(frozen=True, slots=True)
class DeploymentRow:
    """Where a registration is in use; one that is not `enabled` waits for somebody to confirm it."""

    id: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class PlatformRow:
    """A registration and how it fares."""

    public_id: PublicId
    title: str
    issuer: str
    client_id: str
    enabled: bool
    deployments: tuple[DeploymentRow, ...]
    last_launch_at: datetime | None
    last_refusal: str | None
    last_refusal_at: datetime | None


@dataclass(frozen=True, slots=True)
class ContextKey:
    """A course of a platform."""

    platform: PublicId
    deployment_id: str
    context_id: str

    def to_text(self) -> str:
        """The value of an option."""
        return f"{self.platform}\n{self.deployment_id}\n{self.context_id}"

    @classmethod
    def parse(cls, text: object) -> Self | None:
        """From the value of an option; None for another text."""
        parts = text.split("\n") if isinstance(text, str) else []
        try:
            platform, deployment, context = parts
            return cls(PublicId(UUID(platform)), deployment, context)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class ContextRow:
    """A course that has been launched from; `course`: what ours is called, None where nobody has said."""

    key: ContextKey
    name: str
    platform: str
    course: str | None
    last_launch_at: datetime
    roster_read_at: datetime | None
    roster_members: int | None


@dataclass(frozen=True, slots=True)
class NamedRow:
    """Somebody, or a course, to choose from."""

    public_id: PublicId
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A registration address that was made: `open`, `used`, `failed` or `expired`."""

    made_at: datetime
    expires_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key of the tool."""

    key_id: str
    made_at: datetime
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class PlatformsView:
    """Everything that the page shows."""

    zone: str
    platforms: tuple[PlatformRow, ...]
    contexts: tuple[ContextRow, ...]
    people: tuple[NamedRow, ...]
    """Learners whom platforms know and events do not; at most so many as fit into a list."""
    courses: tuple[NamedRow, ...]
    codes: tuple[CodeRow, ...]
    keys: tuple[KeyRow, ...]
