"""Keys of the things that rows point to. Internal keys never leave the server; URLs show public ids."""

from typing import NewType
from uuid import UUID

OrganisationId = NewType("OrganisationId", int)
SourceId = NewType("SourceId", int)
PersonId = NewType("PersonId", int)
CourseId = NewType("CourseId", int)
SectionId = NewType("SectionId", int)
ActivityId = NewType("ActivityId", int)
PublicId = NewType("PublicId", UUID)
