"""The commands of the Makefile say what is missing, and do not do twice what is done."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.shared import REPOSITORY

PLAIN_PROGRAMS = ("bash", "cat", "cut", "dirname", "env", "mktemp", "rm", "sha256sum", "tail", "true", "apt-get")


def run(*command: str, path: Path, folder: Path = REPOSITORY) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env={"PATH": str(path), "HOME": str(path)}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder for PATH that holds little more than a shell."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in PLAIN_PROGRAMS:
        found = shutil.which(name)
        if found is not None:
            (folder / name).symlink_to(found)
    return folder


def write_program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.unlink(missing_ok=True)
    path.write_text(f"#!{shutil.which('bash')}\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the scripts that install packages and two small locks."""
    folder = tmp_path / "checkout"
    (folder / "deploy").mkdir(parents=True)
    for name in ("install_python_packages.sh", "install_system_packages.sh"):
        shutil.copy(REPOSITORY / "deploy" / name, folder / "deploy")
    (folder / "requirements.txt").write_text("")
    (folder / "requirements-dev.txt").write_text("# nothing\n")
    return folder


def install(checkout: Path, programs: Path, python: str, lock: str) -> subprocess.CompletedProcess[str]:
    return run("deploy/install_python_packages.sh", python, lock, path=programs, folder=checkout)


def test_help_names_every_command() -> None:
    done = subprocess.run(["make", "help"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    for command in ("run", "run-kafka", "test", "test-long", "bench", "check", "words", "lock"):
        assert f"make {command} " in done.stdout


def test_a_missing_python_is_said_in_a_sentence(checkout: Path, programs: Path) -> None:
    done = install(checkout, programs, "python3", "requirements.txt")
    assert done.returncode != 0
    assert done.stderr.startswith("Python is missing: install Python 3.11 or newer")


def test_a_python_that_is_too_old_is_named(checkout: Path, programs: Path) -> None:
    write_program(programs, "python3", 'if [[ $1 == --version ]]; then echo "Python 3.9.2"; else exit 1; fi')
    done = install(checkout, programs, "python3", "requirements.txt")
    assert done.returncode != 0
    assert done.stderr.startswith("Python 3.9.2 is too old: install Python 3.11 or newer")


def test_a_missing_venv_is_said_in_a_sentence(checkout: Path, programs: Path) -> None:
    write_program(programs, "python3", "[[ $2 != *ensurepip* ]]")
    done = install(checkout, programs, "python3", "requirements.txt")
    assert done.returncode != 0
    assert done.stderr.splitlines()[-1].startswith("The package python3-venv is missing")


def test_packages_are_installed_only_when_a_lock_has_changed(checkout: Path, programs: Path) -> None:
    calls = checkout / "calls"
    write_program(checkout, "pip-that-counts", f'[[ $2 == pip ]] && echo "$@" >>{calls}; exit 0')
    write_program(programs, "install", f'exec {shutil.which("install")} "$@"')
    write_program(programs, "python3", "[[ $2 != venv ]] || install -D pip-that-counts .venv/bin/python")

    def calls_after(lock: str) -> int:
        assert install(checkout, programs, "python3", lock).returncode == 0
        return len(calls.read_text().splitlines())

    assert calls_after("requirements.txt") == 1
    assert calls_after("requirements.txt") == 1
    assert calls_after("requirements-dev.txt") == 2
    assert calls_after("requirements.txt") == 2
    (checkout / "requirements.txt").write_text("# changed\n")
    assert calls_after("requirements.txt") == 3
    assert calls_after("requirements-dev.txt") == 4


def test_no_compiler_is_needed(checkout: Path, programs: Path) -> None:
    calls = checkout / "calls"
    write_program(checkout, "pip-that-notes", f'[[ $2 == pip ]] && echo "$@" >>{calls}; exit 0')
    write_program(programs, "install", f'exec {shutil.which("install")} "$@"')
    write_program(programs, "python3", "[[ $2 != venv ]] || install -D pip-that-notes .venv/bin/python")

    assert install(checkout, programs, "python3", "requirements.txt").returncode == 0

    assert " --only-binary :all: " in calls.read_text()


def test_missing_system_packages_are_named_where_they_cannot_be_installed(programs: Path) -> None:
    if os.geteuid() == 0:
        # Root may install: what happens when apt-get cannot is the next test's.
        (programs / "apt-get").unlink(missing_ok=True)
    done = run("deploy/install_system_packages.sh", path=programs)
    assert done.returncode != 0
    for package in ("chromium", "redis-server", "default-jre-headless", "maven"):
        assert package in done.stderr


def test_an_installation_that_fails_shows_why(programs: Path) -> None:
    write_program(programs, "sudo", 'shift; exec "$@"')
    write_program(programs, "apt-get", 'echo "E: no network"; exit 100')
    done = run("deploy/install_system_packages.sh", path=programs)
    assert done.returncode != 0
    assert "E: no network" in done.stderr
    assert "apt-get could not install: chromium" in done.stderr


@pytest.fixture
def all_but_firefox(programs: Path) -> Path:
    """What every test needs is installed, and LibreOffice, and apt-get fails."""
    for name in ("chromium", "redis-server", "java", "mvn", "soffice"):
        write_program(programs, name, "exit 0")
    write_program(programs, "sudo", 'shift; exec "$@"')
    write_program(programs, "apt-get", "exit 99")
    return programs


def test_nothing_is_installed_when_nothing_is_missing(all_but_firefox: Path) -> None:
    done = run("deploy/install_system_packages.sh", path=all_but_firefox)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_chromium_without_windows_is_installed_where_there_is_one(all_but_firefox: Path, tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    write_program(all_but_firefox, "apt-get", f'echo "$@" >>{calls}')
    write_program(all_but_firefox, "apt-cache", '[[ "$2" == chromium-headless-shell ]]')
    done = run("deploy/install_system_packages.sh", path=all_but_firefox)
    assert done.returncode == 0
    assert calls.read_text() == "install --yes --no-install-recommends chromium-headless-shell\n"


def test_firefox_is_for_the_long_tests_only(all_but_firefox: Path, checkout: Path) -> None:
    done = run("deploy/install_system_packages.sh", "--long", path=all_but_firefox, folder=checkout)
    assert done.returncode != 0
    assert "apt-get could not install: firefox-esr." in done.stderr


def test_geckodriver_is_built_once_into_the_virtual_environment(all_but_firefox: Path, checkout: Path) -> None:
    calls = checkout / "calls"
    built = ".venv/bin/geckodriver"
    write_program(all_but_firefox, "firefox-esr", "exit 0")
    write_program(all_but_firefox, "install", f'exec {shutil.which("install")} "$@"')
    write_program(all_but_firefox, "cargo", f'echo "$@" >>{calls}; install -D "$0" {built}')

    for _run in range(2):
        done = run("deploy/install_system_packages.sh", "--long", path=all_but_firefox, folder=checkout)
        assert (done.returncode, done.stderr) == (0, "")

    [call] = calls.read_text().splitlines()
    assert call.startswith("install --quiet --locked --root .venv --version ")
    assert call.endswith(" geckodriver")


@pytest.mark.parametrize(
    ("cargo", "said"),
    [
        (None, "geckodriver is missing, and there is no cargo to build it: the tests with Firefox will fail."),
        ("echo 'error: no network' >&2; exit 101", "error: no network\ncargo could not build geckodriver, so"),
    ],
)
def test_the_other_long_tests_can_run_without_geckodriver(
    all_but_firefox: Path, checkout: Path, cargo: str | None, said: str
) -> None:
    write_program(all_but_firefox, "firefox-esr", "exit 0")
    if cargo is not None:
        write_program(all_but_firefox, "cargo", cargo)

    done = run("deploy/install_system_packages.sh", "--long", path=all_but_firefox, folder=checkout)

    assert done.returncode == 0
    assert done.stderr.startswith(said)


def test_an_argument_that_the_installation_does_not_know_is_refused(all_but_firefox: Path) -> None:
    done = run("deploy/install_system_packages.sh", "--all", path=all_but_firefox)
    assert done.returncode != 0
    assert done.stderr.startswith("Usage: ")
