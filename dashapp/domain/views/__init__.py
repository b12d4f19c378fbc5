"""What the queries hand to the pages: one frozen value per page, drawn by `dashapp.figures`, worded by components.

Minutes are None where the sources record days only ("not recorded by this source"); a group's figure is None where it
is hidden for privacy, and `hidden` says so. Shares and scores run from 0 to 100.
"""

from dashapp.domain.views.activity import Day, Week
from dashapp.domain.views.caseload import CaseloadRow, CaseloadView
from dashapp.domain.views.classroom import ClassroomView, LearnerRow, Listed
from dashapp.domain.views.classroom_work import ClassroomWorkView, VideoViews
from dashapp.domain.views.course import CourseChoice, Due
from dashapp.domain.views.courses import CourseFigures, CoursesView
from dashapp.domain.views.freshness import Freshness
from dashapp.domain.views.hindsight import HindsightView
from dashapp.domain.views.institution import ActiveSpan, CourseRow, InstitutionView
from dashapp.domain.views.institution_further import (
    CourseStory,
    EnrolmentWeek,
    InstitutionFurtherView,
    ProgrammeRow,
    SourceCheck,
    TypeUse,
)
from dashapp.domain.views.standing import Level, Reason, Rule
from dashapp.domain.views.student import HandedIn, Score, StudentView

__all__ = [
    "ActiveSpan",
    "CaseloadRow",
    "CaseloadView",
    "ClassroomView",
    "ClassroomWorkView",
    "CourseChoice",
    "CourseFigures",
    "CourseRow",
    "CourseStory",
    "CoursesView",
    "Day",
    "Due",
    "EnrolmentWeek",
    "Freshness",
    "HandedIn",
    "HindsightView",
    "InstitutionFurtherView",
    "InstitutionView",
    "LearnerRow",
    "Level",
    "Listed",
    "ProgrammeRow",
    "Reason",
    "Rule",
    "Score",
    "SourceCheck",
    "StudentView",
    "TypeUse",
    "VideoViews",
    "Week",
]
