"""What a batch names, before anything is known of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from dashapp.data.store.arrivals import Arrived
from dashapp.domain.events import ActivityType, Identifier, LearningEvent

_UNKNOWN: Final = str(ActivityType.UNKNOWN)

ActivityName = tuple[Identifier, Identifier]
"""(course, activity): an activity is identified within its course."""


@dataclass(slots=True)
class Names:
    """What a batch of one organisation names. `activities` gives the smallest type that the batch claims for each, the
    titles are the smallest texts by which it calls something."""

    people: set[Identifier] = field(default_factory=set)
    courses: set[Identifier] = field(default_factory=set)
    activities: dict[ActivityName, str] = field(default_factory=dict)
    course_titles: dict[Identifier, str] = field(default_factory=dict)
    activity_titles: dict[ActivityName, str] = field(default_factory=dict)

    def call(self, event: LearningEvent) -> None:
        """Takes down how an event calls its course and its activity."""
        if title := event.course_title:
            self.course_titles[event.course] = min(title, self.course_titles.get(event.course, title))
        if event.activity is not None and (title := event.activity_title):
            name = (event.course, event.activity)
            self.activity_titles[name] = min(title, self.activity_titles.get(name, title))


def smaller_type(one: str, other: str) -> str:
    """The one of two claimed types that holds: the smaller text, `unknown` loses to all others."""
    if one == _UNKNOWN or other == _UNKNOWN:
        return other if one == _UNKNOWN else one
    return min(one, other)


def names_of(arrivals: Iterable[Arrived]) -> Names:
    """Everything that a batch names, each once."""
    names = Names()
    people, courses, activities = names.people, names.courses, names.activities
    for arrival in arrivals:
        event: Any = arrival.event
        if type(event) is LearningEvent:
            people.add(event.person)
            courses.add(event.course)
            if event.course_title is not None or event.activity_title is not None:
                names.call(event)
            if event.activity is not None:
                name = (event.course, event.activity)
                claimed = event.activity_type or _UNKNOWN
                if (known := activities.get(name)) is None:
                    activities[name] = claimed
                elif claimed is not known:
                    activities[name] = smaller_type(known, claimed)
        else:
            if (person := getattr(event, "person", None)) is not None:
                people.add(person)
            if (course := getattr(event, "course", None)) is not None:
                courses.add(course)
                if (activity := getattr(event, "activity", None)) is not None:
                    activities.setdefault((course, activity), _UNKNOWN)
    return names
