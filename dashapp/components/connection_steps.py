"""What has to be entered in a learning system so that it sends its events here, step by step, with the values."""

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from dashapp.domain.connections import LearningSystem
from dashapp.words import _

HIDDEN = "…"
"""Stands for the secret of a key that was made before: it is kept nowhere."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where a sender posts to, and with what."""

    address: str
    """The public address of the service, without a slash at its end."""
    sender: str = HIDDEN
    user: str = HIDDEN
    """The first half of the key."""
    secret: str = HIDDEN

    @property
    def bearer(self) -> str:
        """The whole key."""
        return HIDDEN if self.secret == HIDDEN else f"{self.user}_{self.secret}"


def system_word(system: LearningSystem) -> str:
    """What a learning system is called."""
    return {
        LearningSystem.MOODLE: "Moodle",
        LearningSystem.OPEN_EDX: "Open edX",
        LearningSystem.CANVAS: "Canvas",
        LearningSystem.BRIGHTSPACE: "Brightspace",
        LearningSystem.BLACKBOARD: "Blackboard Learn",
        LearningSystem.XAPI: _("Another one that sends xAPI"),
        LearningSystem.CALIPER: _("Another one that sends Caliper"),
        LearningSystem.OWN: _("A system of our own"),
    }[system]


def steps(system: LearningSystem, door: Door) -> list[Component]:
    """The steps in their order, then the values to copy."""
    said = [html.Li(text) for text in _steps(system)]
    pairs = [part for label, value in _values(system, door) for part in (html.Dt(label), html.Dd(html.Code(value)))]
    return [html.Ol(said, className="la-steps"), html.Dl(pairs, className="la-own la-small")]


def _steps(system: LearningSystem) -> Sequence[str]:
    return {
        LearningSystem.MOODLE: (
            _("Install the plugin Logstore xAPI (logstore_xapi) from the Moodle plugins directory."),
            _("Site administration › Plugins › Logging › Manage log stores: switch it on."),
            _("Open its settings, and enter what stands below. Send by scheduled task: yes; batch size: 100."),
            _("Open a page of a course in Moodle. The next run of its scheduled task sends it."),
        ),
        LearningSystem.OPEN_EDX: (
            _("Switch the plugin event-routing-backends on, as its documentation says (Tutor has it built in)."),
            _("Django administration › Router configurations › Add: enter what stands below."),
            _("Open a page of a course."),
        ),
        LearningSystem.CANVAS: (
            _("Admin › Data Services › Add a data stream: HTTPS, message type Caliper 1.1."),
            _(
                "Canvas sends no key. Put a small relay of your own in between, which adds the header below and posts"
                " to the address; or bring the days in from Canvas Data 2 each night (History)."
            ),
            _("Choose the events of courses, assignments, quizzes, discussions and page views."),
        ),
        LearningSystem.BRIGHTSPACE: (
            _("Ask D2L for Brightspace Data Streams, which post xAPI statements to an address of yours."),
            _("Enter what stands below as the address and its authorization."),
            _("Open a page of a course."),
        ),
        LearningSystem.BLACKBOARD: (
            _("Administrator Panel › Building Blocks › IMS Caliper: add an event store."),
            _("Enter what stands below as its address and its key."),
            _("Open a page of a course."),
        ),
        LearningSystem.XAPI: (
            _("Name this service as a Learning Record Store (LRS): enter what stands below."),
            _("Let it send one statement."),
        ),
        LearningSystem.CALIPER: (
            _("Name this service as a Caliper endpoint: enter what stands below."),
            _("Let it send one event."),
        ),
        LearningSystem.OWN: (
            _("Post native events as JSON: one, an array, or one a line. The guide to collectors has examples."),
            _("Send people, enrolments, courses and due dates, too: they give the pages names and deadlines."),
        ),
    }[system]


def _values(system: LearningSystem, door: Door) -> Sequence[tuple[str, str]]:
    user, password = _("User (key, username)"), _("Password (secret)")
    bearer = (_("Header"), f"Authorization: Bearer {door.bearer}")
    basic = ((user, door.user), (password, door.secret))
    match system:
        case LearningSystem.MOODLE:
            return ((_("Your LRS endpoint for the xAPI"), f"{door.address}/xapi"), *basic)
        case LearningSystem.OPEN_EDX:
            route, scheme = (_("Route URL"), f"{door.address}/xapi/"), (_("Auth scheme"), "Basic")
            return ((_("Backend name"), "xapi"), route, scheme, *basic)
        case LearningSystem.XAPI | LearningSystem.BRIGHTSPACE:
            return ((_("Endpoint"), f"{door.address}/xapi/"), *basic, bearer)
        case LearningSystem.CALIPER | LearningSystem.CANVAS | LearningSystem.BLACKBOARD:
            return ((_("Endpoint"), f"{door.address}/caliper"), (_("API key"), door.bearer), bearer)
        case LearningSystem.OWN:
            kafka = (_("Over Kafka: the record's header “source”"), door.sender)
            return ((_("Address"), f"{door.address}/api/v1/events"), bearer, kafka)
