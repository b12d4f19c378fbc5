"""The lock files install on a new machine with the pip that Python brings along, whatever has been published since."""

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt")


def pinned(lock: str) -> dict[str, frozenset[str]]:
    """Name → extras of what a lock file pins for this Python."""
    lines = re.findall(r"^([a-zA-Z0-9].*?)(?: \\)?$", (ROOT / lock).read_text(), re.MULTILINE)
    found: dict[str, frozenset[str]] = {}
    for requirement in map(Requirement, lines):
        if requirement.marker is None or requirement.marker.evaluate():
            found[canonicalize_name(requirement.name)] = frozenset(requirement.extras)
    return found


def asked_for(name: str, extras: frozenset[str]) -> Iterator[Requirement]:
    """What an installed package requires here, with these of its extras."""
    for requirement in map(Requirement, requires(name) or ()):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_every_extra_that_a_package_asks_for_is_pinned_as_such(lock: str) -> None:
    # The pip of Python 3.11 takes the newest version of `coverage[toml]` where only `coverage` is pinned, and stops.
    locked = pinned(lock)
    missing = []
    for name, extras in locked.items():
        try:
            asked = list(asked_for(name, extras))
        except PackageNotFoundError:
            continue  # of another system
        missing += [
            f"{name} asks for {one}"
            for one in asked
            if not one.extras <= locked.get(canonicalize_name(one.name), frozenset())
        ]
    assert missing == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_to_one_version_with_its_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text()
    packages = re.split(r"^(?=[a-zA-Z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(packages) > 50
    assert [one.splitlines()[0] for one in packages if "==" not in one or "--hash=sha256:" not in one] == []
