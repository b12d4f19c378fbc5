"""The palette: pages, courses, learners and reports that the reader may open, by what has been typed."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from dash import Input, Output

from callbacks.frame import account_of, tabs_of
from dashapp import ids
from dashapp.components import administration, keyboard
from dashapp.components.keyboard import Goal
from dashapp.components.links import Links
from dashapp.data.folding import folded
from dashapp.domain.filters import Filters
from dashapp.domain.principal import Permission
from dashapp.domain.views.found import MOST_FOUND, MOST_WORDS, FoundCourse, FoundLearner
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.guard import permits, stands_alone
from dashapp.security.reports import ReportDesk
from dashapp.words import _


def find(asked: Asked, question: object) -> dict[str, Any]:
    """The options for what has been typed; the pages of the role where nothing has been."""
    if stands_alone():
        # From a page that was opened alone nothing leads away.
        return _answer({})
    given = question.get("words") if isinstance(question, Mapping) else None
    words = clean(given)
    links = Links(f"{urlsplit(asked.services.settings.public_url).path}/")
    groups: dict[str, Sequence[Goal]] = {_("Pages"): _pages(asked, links, folded(words).split())}
    if words:
        found = asked.services.reader.found(asked.principal, words)
        groups[_("Courses")] = [_course(one, links) for one in found.courses]
        groups[_("Learners")] = [_learner(one, links) for one in found.learners]
        groups[_("Reports")] = _reports(asked, links, folded(words).split())
    return _answer(groups)


def clean(given: object) -> str:
    """What somebody typed, as far as it can be searched for."""
    text = given if isinstance(given, str) else ""
    # Half a surrogate pair, which JSON can carry, and NUL are no letters of any name.
    return text[:MOST_WORDS].encode("utf-8", "ignore").decode().replace("\0", "").strip()


def _answer(groups: Mapping[str, Sequence[Goal]]) -> dict[str, Any]:
    number = sum(len(goals) for goals in groups.values())
    return {"options": keyboard.options(groups), "count": keyboard.counted(number)}


def _pages(asked: Asked, links: Links, words: Sequence[str]) -> list[Goal]:
    """The pages of the role, about the account and of the administration whose name or group has all words."""
    goals = [Goal(tab.label, tab.href) for tab in tabs_of(asked, links, "")]
    goals += [Goal(tab.label, tab.href, whole=tab.whole) for tab in account_of(asked, links)]
    if asked.principal.administers:
        own = asked.services.reader.own_address(asked.principal.organisation_id)
        for group, pages in administration.entries(links, own).items():
            goals += [Goal(label, href, group or _("Administration")) for _name, label, href in pages]
    once = {goal.href: goal for goal in reversed(goals)}.values()
    fitting = [goal for goal in once if all(word in folded(f"{goal.label} {goal.detail}") for word in words)]
    return fitting[::-1][:MOST_FOUND]


def _reports(asked: Asked, links: Links, words: Sequence[str]) -> list[Goal]:
    """The reports whose title has all words, by whom they are."""
    if not permits(asked.principal, Permission.REPORTS_PAGE):
        return []
    fitting = [one for one in ReportDesk(asked).all() if all(word in folded(one.title) for word in words)]
    return [Goal(one.title, links.report(one.public_id), "" if one.own else one.owner) for one in fitting[:MOST_FOUND]]


def _course(found: FoundCourse, links: Links) -> Goal:
    if found.learnt:
        query = Filters(course=found.public_id).to_query()
        return Goal(found.name, f"{links.me()}?{query}", _("My page"))
    return Goal(found.name, links.course(found.public_id), found.detail)


def _learner(found: FoundLearner, links: Links) -> Goal:
    return Goal(found.name, links.learner(found.public_id), ", ".join(found.courses))


def register(registry: CallbackRegistry) -> None:
    """Connects the palette; it is asked as soon as something is typed, never at the start of a page."""
    wiring = Wiring(
        output={
            "options": Output(ids.Keyboard.LIST, "children"),
            "count": Output(ids.Keyboard.COUNT, "children"),
        },
        inputs={"question": Input(ids.Keyboard.ASKED, "data")},
        waits=True,
    )
    registry.register(Permission.SIGNED_IN, find, wiring)
