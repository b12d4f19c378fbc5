"""The rules behind a level, in words: always with their values, never as a score."""

from collections.abc import Iterable

from dashapp import words
from dashapp.domain.audience import Comparison
from dashapp.domain.views import Reason, Rule
from dashapp.words import _, ngettext


def applies(reason: Reason) -> bool:
    """Whether the rule adds points for this learner."""
    return reason.points > 0


def reason_words(reason: Reason) -> str:
    """One reason within a sentence: "away 11 days", "missed 2 deadlines", "score 31 %"."""
    value = reason.value or 0.0
    whole = round(value)
    if reason.rule is Rule.AWAY:
        return ngettext("away {number} teaching day", "away {number} teaching days", whole).format(
            number=words.number(whole)
        )
    if reason.rule is Rule.MISSED_DEADLINE:
        return ngettext("missed {number} deadline", "missed {number} deadlines", whole).format(
            number=words.number(whole)
        )
    if reason.rule is Rule.LOW_SCORE:
        return _("score {score}").format(score=words.percent(value))
    if whole == 0:
        return _("no activity last week")
    return _("last week {share} of the median").format(share=words.percent(value))


def first_upper(text: str) -> str:
    """The text with its first letter in upper case; marks before it (of the pseudo-locale) stay."""
    for place, character in enumerate(text):
        if character.isalpha():
            return text[:place] + character.upper() + text[place + 1 :]
    return text


def reasons_words(reasons: Iterable[Reason]) -> str:
    """The reasons that apply, within a sentence: "away 11 days, score 31 %"; empty where none does."""
    return words.listing([reason_words(reason) for reason in reasons if applies(reason)])


def reason_sentence(*reasons: Reason) -> str:
    """The reasons that apply, as a line of their own: "Away 11 days, score 31 %"."""
    return first_upper(reasons_words(reasons))


def rule_name(rule: Rule) -> str:
    """The name of a rule in a table, with what its values count."""
    return {
        Rule.AWAY: _("Teaching days away"),
        Rule.LITTLE_ACTIVITY: _("Activity last week, of the median"),
        Rule.LOW_SCORE: _("Average score"),
        Rule.MISSED_DEADLINE: _("Deadlines missed in 14 days"),
    }[rule]


def _measured(rule: Rule, value: float) -> str:
    return words.percent(value) if rule in (Rule.LITTLE_ACTIVITY, Rule.LOW_SCORE) else words.number(round(value))


def rule_value(reason: Reason) -> str:
    """The learner's value in a table: "11", "31 %"."""
    if reason.value is None and reason.comparison is Comparison.HIDDEN:
        return _("hidden for privacy")
    if reason.value is None and reason.comparison is Comparison.NOT_SHOWN:
        return _("not shown here")
    if reason.value is None and reason.comparison is Comparison.TOO_FEW:
        return _("too few to compare")
    return _("not yet") if reason.value is None else _measured(reason.rule, reason.value)


def rule_limit(reason: Reason) -> str:
    """When the rule begins to give points: "more than 7", "1 or more", "under 53 %"."""
    if reason.limit is None:
        return _("not yet") if reason.comparison is Comparison.SHOWN else "–"
    if reason.rule is Rule.AWAY:
        return _("more than {number}").format(number=words.number(int(reason.limit)))
    if reason.rule is Rule.MISSED_DEADLINE:
        return _("{number} or more").format(number=words.number(int(reason.limit) + 1))
    return _("under {share}").format(share=_measured(reason.rule, reason.limit))
