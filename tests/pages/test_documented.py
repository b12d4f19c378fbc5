"""docs/access.md names every page, who may ask for it, and whether it stands in frames."""

import re

import dash

from dashapp.domain.principal import Permission
from dashapp.web.application import Application
from tests.shared import REPOSITORY

ROW = re.compile(r"^\| `(/[^`]*)` \| ([^|]+) \| (yes|no) \|", re.MULTILINE)
WHO = {
    Permission.SIGNED_IN: "signed in",
    Permission.OWN_PAGE: "signed in",
    Permission.LEARNER_PAGE: "signed in",
    Permission.OWN_GUARDIANS_PAGE: "learner",
    Permission.CASELOAD_PAGE: "adviser, guardian",
    Permission.CLASSROOM_PAGE: "teacher, administrator",
    Permission.REPORTS_PAGE: "teacher, administrator",
}
"""In the words of the table; every other permission is the administrator's."""
FRAME = "/embed"


def test_the_table_of_pages_says_what_is_registered(application: Application) -> None:
    del application  # it registers the pages
    registered = {
        re.sub(r"<\w+>", "{id}", page["path_template"] or page["path"]): page["permission"]
        for page in dash.page_registry.values()
    }
    known = {
        (path, WHO.get(permission, "administrator"), "yes" if f"{FRAME}{path}" in registered else "no")
        for path, permission in registered.items()
        if not path.startswith(f"{FRAME}/")
    }

    rows = ROW.findall((REPOSITORY / "docs" / "access.md").read_text(encoding="utf-8"))

    assert len(rows) == len(set(rows))
    assert set(rows) == known
