"""The local broker runs beside a command, and what is missing is said in a sentence."""

import os
import re
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest

from deploy import local_kafka
from deploy.local_kafka import BrokerError, LocalKafka, fetch_jars
from tests.shared import REPOSITORY


def test_a_missing_java_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BrokerError, match="Java is missing: install openjdk-17-jre-headless"):
        local_kafka.java()


def test_a_missing_maven_is_named_when_the_jars_are_needed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(local_kafka.CACHE_VARIABLE, str(tmp_path / "jars"))
    with pytest.raises(BrokerError, match="Maven is missing: install the package maven"):
        fetch_jars()


def test_a_maven_that_fails_leaves_no_half_filled_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    maven = tmp_path / "mvn"
    maven.write_text(
        "#!/bin/sh\nprintf '[\\033[1mERROR\\033[m] no route to the repository\\n[ERROR] read on'\nexit 1\n"
    )
    maven.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv(local_kafka.CACHE_VARIABLE, str(tmp_path / "jars"))
    with pytest.raises(BrokerError, match="no route to the repository"):
        fetch_jars()
    assert [path.name for path in (tmp_path / "jars").iterdir()] == [".lock"]


@pytest.mark.long
@pytest.mark.kafka
def test_a_broker_that_cannot_start_says_why(tmp_path: Path, kafka_broker: LocalKafka) -> None:
    taken = int(kafka_broker.bootstrap.rsplit(":", 1)[1])
    second = LocalKafka(tmp_path / "second", port=taken)
    with pytest.raises(BrokerError, match="Apache Kafka ended at once"):
        second.start()


@pytest.mark.long
@pytest.mark.kafka
def test_ctrl_c_ends_the_command_first_and_then_the_broker(tmp_path: Path) -> None:
    command = textwrap.dedent("""
        import os, signal, sys
        def end(*_):
            print("command ended", flush=True)
            sys.exit(7)
        signal.signal(signal.SIGINT, end)
        print("brokers", os.environ["KAFKA_BROKERS"], flush=True)
        signal.pause()
    """)
    launcher = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "deploy.local_kafka",
            "--data-dir",
            str(tmp_path / "k"),
            "--",
            sys.executable,
            "-c",
            command,
        ],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert launcher.stdout is not None
    lines = iter(launcher.stdout.readline, "")
    announced = next(line for line in lines if line.startswith("Apache Kafka answers at"))
    handed_on = next(line for line in lines if line.startswith("brokers"))
    address = re.search(r"127\.0\.0\.1:\d+", announced)
    assert address is not None
    assert address.group() in handed_on
    brokers = [child for child in psutil.Process(launcher.pid).children() if "java" in child.name()]
    assert len(brokers) == 1

    # What a terminal does on Ctrl-C: the whole foreground group gets the signal.
    os.killpg(launcher.pid, signal.SIGINT)
    rest = list(lines)
    assert launcher.wait(60) == 7
    assert "command ended\n" in rest
    assert not brokers[0].is_running()
    launcher.stdout.close()


@pytest.mark.kafka
def test_a_command_line_that_cannot_have_a_broker_ends_with_the_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.local_kafka", "--data-dir", str(tmp_path), "true"],
        cwd=REPOSITORY,
        env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "Maven is missing: install the package maven, which fetches Apache Kafka.\n"


def test_a_command_line_without_a_command_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="2"):
        local_kafka.main(["--data-dir", str(tmp_path)])
    assert "name a command to run beside the broker" in capsys.readouterr().err
