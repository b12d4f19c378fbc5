"""A small archive of the published shape, written for the tests, and the published one where it is at hand."""

from pathlib import Path

import pytest

from ingest.oulad.archive import Archive, open_archive
from tests.shared import shared_file

FILES = {
    "courses": """
        code_module,code_presentation,module_presentation_length
        XXX,2020B,100
        YYY,2020J,120
    """,
    "vle": """
        id_site,code_module,code_presentation,activity_type,week_from,week_to
        10,XXX,2020B,resource,2,3
        11,XXX,2020B,forumng,,
        12,XXX,2020B,something new,2,2
        20,YYY,2020J,homepage,,
    """,
    "assessments": """
        code_module,code_presentation,id_assessment,assessment_type,date,weight
        XXX,2020B,10,TMA,30,40.0
        XXX,2020B,101,Exam,,100.0
        YYY,2020J,200,CMA,40,0.0
    """,
    "studentInfo": """
        code_module,code_presentation,id_student,gender,region,highest_education,imd_band,age_band,num_of_prev_attempts,studied_credits,disability,final_result
        XXX,2020B,1,F,Wales,HE Qualification,,0-35,0,60,N,Pass
        XXX,2020B,2,M,Scotland,A Level or Equivalent,20-30%,35-55,1,120,Y,Withdrawn
        YYY,2020J,1,F,Wales,HE Qualification,,0-35,0,60,N,Fail
    """,
    "studentRegistration": """
        code_module,code_presentation,id_student,date_registration,date_unregistration
        XXX,2020B,1,-50,
        XXX,2020B,2,,-12
        YYY,2020J,1,3,1
    """,
    "studentAssessment": """
        id_assessment,id_student,date_submitted,is_banked,score
        10,1,29,0,78
        10,2,-1,1,60
        101,1,99,0,
        200,1,900,0,50
    """,
    "studentVle": """
        code_module,code_presentation,id_student,id_site,date,sum_click
        XXX,2020B,1,10,-10,4
        XXX,2020B,1,10,-10,1
        XXX,2020B,1,10,-10,1
        XXX,2020B,1,11,5,7
        XXX,2020B,2,12,5,2
        YYY,2020J,1,20,0,3
    """,
}


def write_archive(directory: Path) -> Path:
    """The seven files in a directory."""
    for name, text in FILES.items():
        lines = [line.strip() for line in text.strip().splitlines()]
        (directory / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return directory


@pytest.fixture
def small_archive(tmp_path: Path) -> Path:
    directory = tmp_path / "oulad"
    directory.mkdir()
    return write_archive(directory)


@pytest.fixture(scope="session")
def published() -> Archive:
    return open_archive(shared_file("oulad.zip"))
