"""What is written about settings is what the service reads, both ways."""

import re
from pathlib import Path

import pytest

from dashapp.settings import DEVELOPMENT_PSEUDONYM_KEY, DEVELOPMENT_SECRET_KEY, Settings, load_settings, setting_names
from tests.shared import REPOSITORY

ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \| (.+?) \| (.+) \|$", re.MULTILINE)
LINE = re.compile(r"^#([A-Z_]+)=(.*)$", re.MULTILINE)
PUBLISHED_KEYS = {(DEVELOPMENT_SECRET_KEY,), DEVELOPMENT_PSEUDONYM_KEY}


def default_of(name: str) -> str:
    """The default as one would write it in the environment."""
    default = Settings.model_fields[name.lower()].default
    if default is None or default in PUBLISHED_KEYS:
        return ""
    if isinstance(default, tuple):
        return ",".join(default)
    return str(default).lower() if isinstance(default, bool) else str(default)


def test_the_page_about_settings_names_each_setting_once_with_its_default() -> None:
    rows = ROW.findall((REPOSITORY / "docs" / "settings.md").read_text())
    assert sorted(name for name, *_ in rows) == sorted(setting_names())
    for name, default, _unit, meaning in rows:
        if name not in ("SECRET_KEYS", "PSEUDONYM_KEY"):
            assert default == (f"`{default_of(name)}`" if default_of(name) else "–"), name
        assert meaning.endswith("."), name


def test_the_example_file_names_each_setting_once_with_its_default() -> None:
    lines = LINE.findall((REPOSITORY / ".env.example").read_text())
    assert sorted(name for name, _ in lines) == sorted(setting_names())
    assert dict(lines) == {name: default_of(name) for name, _ in lines}


def test_the_example_file_with_every_line_taken_on_gives_the_defaults(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text(LINE.sub(r"\1=\2", (REPOSITORY / ".env.example").read_text()))
    assert load_settings(_env_file=env) == load_settings(_env_file=None)


@pytest.mark.parametrize("folder", ["dashapp", "pages", "callbacks", "ingest", "exports"])
def test_only_the_settings_read_the_environment(folder: str) -> None:
    # Handing it on to a child process, all of it or PATH alone, is not reading a setting.
    reading = re.compile(r"(?<!\*\*)os\.environ(?!\.get\(\"PATH\")|os\.getenv|\bgetenv\(|from os import .*environ")
    readers = [path for path in (REPOSITORY / folder).rglob("*.py") if reading.search(path.read_text())]
    assert [path for path in readers if path.name != "settings.py"] == []


def test_a_setting_that_nothing_reads_is_listed_as_such() -> None:
    page = (REPOSITORY / "docs" / "settings.md").read_text()
    listed = {name for name, *_ in ROW.findall(page.split("## Not used yet")[1])}
    rooms = ("dashapp", "pages", "callbacks", "ingest", "exports")
    sources = [path for room in rooms for path in (REPOSITORY / room).rglob("*.py") if path.name != "settings.py"]
    code = "\n".join(path.read_text() for path in [*sources, REPOSITORY / "app.py"])
    # These reach others in another form: an address made of its parts, options of a client, a yes or no, one
    # of several secrets.
    parts = re.compile(r"DB_|REDIS_|KAFKA_SASL_|KAFKA_SSL_|KAFKA_SECURITY_|APP_ENV|TRUSTED_PROXIES|OPENID_")
    others = [name for name in setting_names() if not parts.match(name)]
    assert {name for name in others if not re.search(rf"\.{name.lower()}\b", code)} == listed
    for form in ("database_url", "redis_url", "kafka_client_options", "production", "trusted_networks"):
        assert re.search(rf"\.{form}\b", code), form
