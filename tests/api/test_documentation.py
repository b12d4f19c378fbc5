"""The examples of docs/collectors.md do what is said below them."""

import os
import re
import subprocess

import pytest

from tests.api.conftest import Sender
from tests.servers import program
from tests.shared import REPOSITORY

_EXAMPLE = re.compile(r"```sh\n(?P<command>.*?)\n# (?P<status>\d{3}) ?(?P<body>.*?)\n```", re.DOTALL)
EXAMPLES = list(_EXAMPLE.finditer((REPOSITORY / "docs" / "collectors.md").read_text()))


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_is_answered_as_written(sender: Sender, number: int) -> None:
    program("curl", "curl")
    example = EXAMPLES[number]
    environment = {
        "PATH": os.environ["PATH"],
        "SERVICE": str(sender.client.base_url).rstrip("/"),
        "KEY": sender.key.whole,
        "USER_OF_KEY": f"la_{sender.key.prefix}",
        "PASSWORD_OF_KEY": sender.key.secret,
    }
    done = subprocess.run(
        ["bash", "-c", example["command"]], env=environment, capture_output=True, text=True, check=True
    )
    head, _, body = done.stdout.partition("\n\n")
    assert (head.split()[1], body) == (example["status"], example["body"])


def test_there_is_an_example_for_each_collector() -> None:
    commands = "".join(example["command"] for example in EXAMPLES)
    for path in ("/api/v1/events", "/xapi/statements", "/caliper"):
        assert f"$SERVICE{path}" in commands


def test_every_status_that_is_answered_is_explained() -> None:
    told = (REPOSITORY / "docs" / "collectors.md").read_text().split("## What goes wrong")[1]
    # What takes files of administrators answers the script of a page, which has the words for it.
    paths = [path for path in (REPOSITORY / "dashapp" / "api").glob("*.py") if path.name != "receiving.py"]
    sources = "".join(path.read_text() for path in paths)
    for status in set(re.findall(r"Problem\((\d{3})", sources)) - {"500"}:
        assert re.search(rf"^\|[ \d,]*{status}[ \d,]*\|", told, re.MULTILINE), status
