"""What messages to learners are begun with. {name}, {course} and {reason} are filled in for each learner."""

from dashapp.domain.messages import Template
from dashapp.domain.views import LearnerRow, Rule
from dashapp.words import _

_BY_RULE = {
    Rule.MISSED_DEADLINE: Template.MISSED_DEADLINE,
    Rule.AWAY: Template.AWAY,
    Rule.LITTLE_ACTIVITY: Template.AWAY,
    Rule.LOW_SCORE: Template.LOW_SCORE,
}


def template_word(template: Template) -> str:
    """The template's name in a choice."""
    return {
        Template.MISSED_DEADLINE: _("Missed a deadline"),
        Template.AWAY: _("Was away"),
        Template.LOW_SCORE: _("Low score"),
        Template.BLANK: _("Blank"),
    }[template]


def template_for(row: LearnerRow) -> Template:
    """The one that fits the reason with the most points."""
    speaking = [reason for reason in row.reasons if reason.points > 0]
    return _BY_RULE[max(speaking, key=lambda reason: reason.points).rule] if speaking else Template.BLANK


def template_text(template: Template) -> tuple[str, str]:
    """Subject and body."""
    return {
        Template.MISSED_DEADLINE: (
            _("{course}: can I help with what was due?"),
            _(
                "Dear {name},\n\nin {course} I noticed: {reason}. That can have many causes, and often it can be made"
                " up for.\n\nWhat do you need to hand it in? If something stands in the way, write me a line, or come"
                " to my office hour, and we find a new date together.\n\nKind regards"
            ),
        ),
        Template.AWAY: (
            _("{course}: how are you?"),
            _(
                "Dear {name},\n\nI have not seen you in {course} for a while ({reason}). I hope that you are well.\n\n"
                "Coming back is easier than it may look: I can tell you what matters most now. Just answer this"
                " mail.\n\nKind regards"
            ),
        ),
        Template.LOW_SCORE: (
            _("{course}: shall we look at it together?"),
            _(
                "Dear {name},\n\nyour results in {course} so far show that something has not fallen into place yet"
                " ({reason}). There is time to change that.\n\nTell me which topic is hardest, and I send you material"
                " for it, or we look at it together.\n\nKind regards"
            ),
        ),
        Template.BLANK: (_("{course}"), _("Dear {name},\n\n\n\nKind regards")),
    }[template]
