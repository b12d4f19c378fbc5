"""A real Apache Kafka on this machine, without Docker: for `make run-kafka`, the tests and the benchmarks.

    python -m deploy.local_kafka --data-dir var/kafka -- .venv/bin/python app.py

starts a broker (KRaft, one node, loopback only), creates the topics, runs the command with `KAFKA_BROKERS` set,
and stops the broker when the command ends. Maven fetches the broker's jars once, into a cache folder that all share.
"""

import argparse
import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import FrameType
from typing import Any

POM = Path(__file__).with_name("kafka") / "pom.xml"
CACHE_VARIABLE = "LEARNING_ANALYTICS_KAFKA_JARS"
"""Names another folder for the broker's jars than `~/.cache/learning-analytics/kafka`."""
TOPICS = ("learning-events", "user-events", "content-events")
READY_WITHIN = 60.0
"""Seconds. It takes two on a quiet machine; a busy one is given time, a broken one must not hang the caller."""
STOP_WITHIN = 20.0
SHORT_LIVED = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""Of the Java machine: no second, thorough compilation, and no threads for its memory."""


class BrokerError(Exception):
    """The broker cannot be had or does not run; the text is a sentence that says what is missing."""


class LocalKafka:
    """One broker with its data below `folder`; it keeps its port and its data over stop() and start()."""

    def __init__(self, folder: Path, *, port: int = 0, heap: str = "512m", short_lived: bool = False) -> None:
        """`port` 0 takes a free one. Nothing is started yet.

        `short_lived`: starts with a third less work and never becomes as fast, which suits a broker of minutes.
        """
        self._folder = folder
        self._ports = _free_ports(2)
        if port:
            self._ports = (port, self._ports[1])
        self._heap = heap
        self._manner = SHORT_LIVED if short_lived else ()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """Its address, for KAFKA_BROKERS; it stays the same for the life of this object."""
        return f"127.0.0.1:{self._ports[0]}"

    @property
    def pid(self) -> int | None:
        """The process id of the running broker."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Formats the folder if it is new, starts the broker and returns when it answers. BrokerError otherwise."""
        if self._process is not None:
            return
        jars = fetch_jars()
        self._folder.mkdir(parents=True, exist_ok=True)
        properties = self._write_properties()
        if not (self._folder / "data" / "meta.properties").exists():
            self._format(jars, properties)
        process = self._launch(jars, properties)
        try:
            _await_answer(self.bootstrap, process, self._folder)
        except BaseException:
            _end(process)
            raise
        self._process = process

    def stop(self) -> None:
        """Ends the broker in order; its data stays."""
        if self._process is not None:
            _end(self._process)
            self._process = None

    def kill(self) -> None:
        """Ends the broker at once, as a crash of its machine would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def create_topic(self, name: str, partitions: int = 2, config: dict[str, str] | None = None) -> None:
        """Creates the topic and returns when every partition has a leader; one that exists already is left alone."""
        from kafka.admin import NewTopic  # only tests and `run-kafka` need the client

        with ExitStack() as stack:
            admin = self._admin(stack)
            if name not in admin.list_topics():
                admin.create_topics([NewTopic(name, partitions, 1, topic_configs=config or {})])
            deadline = time.monotonic() + READY_WITHIN
            while time.monotonic() < deadline:
                described = admin.describe_topics([name])
                found = described[0]["partitions"] if described else []
                if len(found) >= partitions and all(_leader(partition) >= 0 for partition in found):
                    return
        raise BrokerError(f"The topic {name} did not get its leaders within {READY_WITHIN:.0f} s.")

    def delete_topic(self, name: str) -> None:
        """Deletes the topic with all that is in it."""
        with ExitStack() as stack:
            self._admin(stack).delete_topics([name])

    def _admin(self, stack: ExitStack) -> Any:
        from kafka import KafkaAdminClient

        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        stack.callback(admin.close)
        return admin

    def _write_properties(self) -> Path:
        client, controller = self._ports
        lines = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@127.0.0.1:{controller}",
            "listeners": f"PLAINTEXT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{client}",
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PLAINTEXT",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": str(self._folder / "data"),
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "transaction.state.log.num.partitions": "4",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "group.initial.rebalance.delay.ms": "0",
            # A topic appears because somebody said so, never because a name was misspelt.
            "auto.create.topics.enable": "false",
            # The stated limit of erasure in the broker: seven days.
            "log.retention.hours": "168",
        }
        path = self._folder / "server.properties"
        path.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
        return path

    def _format(self, jars: Path, properties: Path) -> None:
        # One identity in 64 begins with a dash, which the tool takes for an option.
        cluster = "A" + urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()[1:]
        command = [
            java(),
            *SHORT_LIVED,
            "-cp",
            f"{jars}/*",
            "kafka.tools.StorageTool",
            "format",
            "-t",
            cluster,
            "-c",
            str(properties),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise BrokerError(f"The broker's folder could not be formatted: {_last_line(done.stdout + done.stderr)}")

    def _launch(self, jars: Path, properties: Path) -> subprocess.Popen[bytes]:
        # The kernel ends the broker with its parent: a killed test run leaves no broker behind.
        prefix = [setpriv, "--pdeathsig", "TERM"] if (setpriv := shutil.which("setpriv")) else []
        command = [*prefix, java(), *self._manner, f"-Xmx{self._heap}", "-cp", f"{jars}/*"]
        command += ["kafka.Kafka", str(properties)]
        with (self._folder / "broker.log").open("ab") as log:
            # A session of its own: Ctrl-C ends the service first, which then ends the broker.
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)


def java() -> str:
    """The path of Java. BrokerError where there is none."""
    path = shutil.which("java")
    if path is None:
        raise BrokerError("Java is missing: install openjdk-17-jre-headless (or newer) to run Apache Kafka.")
    return path


def jar_cache() -> Path:
    """The folder that keeps the broker's jars between runs, one folder per version of the pom."""
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else Path.home() / ".cache" / "learning-analytics" / "kafka"


def fetch_jars() -> Path:
    """The folder with the broker's jars; Maven fetches them (43 MB) when missing. BrokerError if it cannot."""
    cache = jar_cache()
    version = POM.read_text().split("<version>")[2].split("<")[0]
    folder = cache / version
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".lock").open("w") as lock:
        # Two test runs that start together fetch once.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            _fetch(folder)
    return folder


def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise BrokerError("Maven is missing: install the package maven, which fetches Apache Kafka.")
    java()
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        libraries = Path(scratch) / "libs"
        command = [maven, "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={libraries}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0 or not libraries.is_dir():
            raise BrokerError(f"Maven could not fetch Apache Kafka: {_first_error(done.stdout + done.stderr)}")
        # Renamed when complete: whoever sees the folder sees all of it.
        libraries.rename(folder)


def _free_ports(count: int) -> tuple[int, ...]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return tuple(each.getsockname()[1] for each in sockets)


def _leader(partition: dict[str, Any]) -> int:
    leader = partition.get("leader_id", partition.get("leader", -1))
    return int(leader)


def _await_answer(bootstrap: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    """Returns when this broker answers a client. Polls, since a broker tells nobody that it is ready."""
    from kafka.errors import KafkaError  # see create_topic

    log = folder / "broker.log"
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise BrokerError(f"Apache Kafka ended at once: {_last_line(log.read_text(errors='replace'))}")
        with suppress(OSError, KafkaError):
            # Another broker may sit on the port, while ours is about to end because of it.
            if _cluster_at(bootstrap) == _cluster_of(folder):
                return
        time.sleep(0.05)
    raise BrokerError(f"Apache Kafka did not answer within {READY_WITHIN:.0f} s; its log is {log}.")


def _cluster_at(bootstrap: str) -> str:
    """The id of the cluster that answers there. OSError or KafkaError when none does."""
    from kafka import KafkaAdminClient  # see create_topic

    host, port = bootstrap.rsplit(":", 1)
    # A plain connection first: kafka-python would log every refusal while the broker is still starting.
    socket.create_connection((host, int(port)), timeout=1).close()
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        return str(admin.describe_cluster()["cluster_id"])
    finally:
        admin.close()


def _cluster_of(folder: Path) -> str:
    lines = (folder / "data" / "meta.properties").read_text().splitlines()
    return next(line.removeprefix("cluster.id=") for line in lines if line.startswith("cluster.id="))


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _first_error(text: str) -> str:
    """What Maven said went wrong: below it stand twenty lines about where to read on."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    errors = [line.removeprefix("[ERROR]").strip() for line in plain.splitlines() if line.startswith("[ERROR]")]
    return errors[0] if errors else _last_line(plain)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def _run_beside(command: Sequence[str], broker: LocalKafka) -> int:
    """Runs the command with the broker's address in its environment; its exit code comes back."""
    process = subprocess.Popen(list(command), env={**os.environ, "KAFKA_BROKERS": broker.bootstrap})

    def hand_on(number: int, _frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            process.send_signal(number)

    # Ctrl-C reaches the command by itself, being of the same foreground group; the launcher waits for it to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, hand_on)
    signal.signal(signal.SIGHUP, hand_on)
    return process.wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; see the head of this file."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.local_kafka", description="Run a command beside Apache Kafka."
    )
    parser.add_argument("--data-dir", type=Path, default=Path("var") / "kafka", help="where the broker keeps its data")
    parser.add_argument("--port", type=int, default=0, help="the broker's port; 0 takes a free one")
    parser.add_argument("--fetch-only", action="store_true", help="fetch the broker's jars, and run nothing")
    parser.add_argument("command", nargs="*", help="what to run with KAFKA_BROKERS set")
    options = parser.parse_args(arguments)
    if not options.command and not options.fetch_only:
        parser.error("name a command to run beside the broker")
    broker = LocalKafka(options.data_dir.resolve(), port=options.port)
    try:
        fetch_jars()
        if options.fetch_only:
            return 0
        broker.start()
        for topic in TOPICS:
            broker.create_topic(topic)
        print(f"Apache Kafka answers at {broker.bootstrap}.", flush=True)
        return _run_beside(options.command, broker)
    except BrokerError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        broker.stop()


if __name__ == "__main__":
    sys.exit(main())
