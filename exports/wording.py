"""How reports speak in files: measures, dimensions and filters, in the language that holds."""

from collections.abc import Mapping
from uuid import UUID

from dashapp.domain.reports.questions import Question
from dashapp.words import _, listing, ngettext
from dashapp.words.activity_types import type_word
from dashapp.words.reports import column_word, question_text
from exports.content import Wording


def wording_for(courses: Mapping[UUID, str]) -> Wording:
    """The words of reports. `courses`: the names of those that its filters name, as far as the reader sees them."""
    return Wording(column_word, question_text, lambda question: _choice_words(question, courses))


def _choice_words(question: Question, names: Mapping[UUID, str]) -> str:
    choice, said = question.choice, []
    if choice.units:
        said.append(_("Units: {names}").format(names=listing(choice.units)))
    if choice.courses:
        known = [names[course] for course in choice.courses if course in names]
        unseen = len(choice.courses) - len(known)
        if unseen:
            known.append(ngettext("{count} more course", "{count} more courses", unseen).format(count=unseen))
        said.append(_("Courses: {names}").format(names=listing(known)))
    if choice.sections:
        said.append(_("Sections: {names}").format(names=listing(choice.sections)))
    if choice.activity_types:
        types = listing([type_word(each) for each in choice.activity_types])
        said.append(_("Types of activity: {names}").format(names=types))
    return " · ".join(said)
