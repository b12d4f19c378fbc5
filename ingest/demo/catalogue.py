"""What is taught at the demo campus: faculties, courses, their sections, topics and assignments."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SectionText:
    """A class of people; `share` of the course's learners sit in it, or exactly `learners` of them."""

    name: str
    title: str
    share: float = 1.0
    learners: int | None = None


@dataclass(frozen=True, slots=True)
class CourseText:
    """A course as it stands in the prospectus. `pull` is its share of the enrolments, `taste` lifts its scores."""

    code: str
    title: str
    faculty: str
    pull: float
    taste: float
    sections: tuple[SectionText, ...]
    topics: tuple[str, ...]
    assignments: tuple[str, str, str, str]
    teams: int = 0
    """Into how many groups the learners are put for their project; 0: none."""
    late: float = 0.0
    """The share of its learners who join in the second week."""
    dropped: bool = False
    """Whether it is the one that learners leave."""


_A = SectionText("A", "Section A, Monday")
_B = SectionText("B", "Section B, Tuesday", 0.9)
_C = SectionText("C", "Section C, Thursday", 0.7)
_EVENING = SectionText("E", "Section E, evening", learners=3)

COURSES = (
    CourseText(
        code="STAT 101",
        title="Introduction to statistics",
        faculty="Faculty of Science and Engineering",
        pull=1.25,
        taste=-4,
        sections=(_A, _B, _C),
        topics=(
            "Describing data",
            "Charts that tell the truth",
            "Probability",
            "Random variables",
            "Sampling",
            "Confidence intervals",
            "Hypothesis tests",
            "Comparing two groups",
            "Correlation",
            "Linear regression",
            "Categorical data",
            "Analysis of variance",
            "Putting it together",
        ),
        assignments=("Survey report", "Sampling study", "Regression project", "Final analysis"),
        teams=8,
    ),
    CourseText(
        code="COMP 110",
        title="Programming foundations",
        faculty="Faculty of Science and Engineering",
        pull=1.15,
        dropped=True,
        taste=-1,
        sections=(_A, _B, _C),
        topics=(
            "First programs",
            "Values and types",
            "Decisions",
            "Loops",
            "Functions",
            "Lists and dictionaries",
            "Files",
            "Testing",
            "Objects",
            "Recursion",
            "Searching and sorting",
            "Working together",
            "A small application",
        ),
        assignments=("Text adventure", "Word counter", "Library system", "Own application"),
        teams=10,
    ),
    CourseText(
        code="BIOL 120",
        title="Cell biology",
        faculty="Faculty of Health and Life Sciences",
        pull=1.0,
        taste=0,
        sections=(_A, _B),
        topics=(
            "The cell",
            "Membranes",
            "Proteins",
            "Enzymes",
            "Energy",
            "Photosynthesis",
            "DNA",
            "Gene expression",
            "The cell cycle",
            "Signals",
            "The cytoskeleton",
            "Stem cells",
            "Cells and disease",
        ),
        assignments=("Microscopy notebook", "Enzyme practical", "Signalling essay", "Case study"),
    ),
    CourseText(
        code="ECON 105",
        title="Principles of economics",
        faculty="Faculty of Social Sciences",
        pull=1.05,
        late=0.1,
        taste=1,
        sections=(_A, _B),
        topics=(
            "Scarcity and choice",
            "Supply and demand",
            "Elasticity",
            "Consumers",
            "Firms and costs",
            "Competition",
            "Monopoly",
            "Labour markets",
            "Externalities",
            "National income",
            "Inflation",
            "Unemployment",
            "Trade",
        ),
        assignments=("Market diary", "Pricing problem set", "Policy brief", "Country report"),
    ),
    CourseText(
        code="HIST 140",
        title="The modern world, 1789 to 1991",
        faculty="Faculty of Arts and Humanities",
        pull=0.7,
        taste=3,
        sections=(_A, _B),
        topics=(
            "Revolutions",
            "Empires",
            "Industry",
            "Nations",
            "Migration",
            "The Great War",
            "Between the wars",
            "The Second World War",
            "Decolonisation",
            "The Cold War",
            "1968",
            "Oil and debt",
            "1989",
        ),
        assignments=("Source commentary", "Map exercise", "Essay", "Oral history"),
    ),
    CourseText(
        code="ENGL 102",
        title="Academic writing",
        faculty="Faculty of Arts and Humanities",
        pull=0.8,
        taste=4,
        sections=(_A, _B, _EVENING),
        topics=(
            "Reading with a pencil",
            "Questions",
            "Paragraphs",
            "Sources",
            "Summaries",
            "Argument",
            "Counter-argument",
            "Structure",
            "Style",
            "Citation",
            "Editing",
            "Feedback",
            "The final draft",
        ),
        assignments=("Annotated reading", "Summary", "First draft", "Final essay"),
    ),
)

ORGANISATION = "oakfield"
ORGANISATION_TITLE = "Oakfield University"
ISSUER = "https://learn.oakfield.example"
MAIL_DOMAIN = "oakfield.example"
