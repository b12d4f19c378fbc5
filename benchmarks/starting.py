"""How long `make run` takes from its command on, once its packages are installed: `python -m benchmarks.starting`.

The service is started in an empty folder and then once more over the same data, on a port of this run's own. Beside
it the yardstick of the same run: the embedded PostgreSQL alone, made and started, and started again.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.machine import machine
from dashapp.data.embedded import EmbeddedServer
from dashapp.settings import setting_names

REPOSITORY = Path(__file__).resolve().parents[1]
PORT = 3118
PATIENCE = 300
FIRST_TARGET, SECOND_TARGET = 20.0, 8.0
COMPLETE = "The demo campus is ready"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints."""
    argparse.ArgumentParser(prog="python -m benchmarks.starting", description=__doc__).parse_args(arguments)
    print(machine())
    with tempfile.TemporaryDirectory(prefix="la-benchmark-") as folder:
        # The embedded server may run as another user, who has to get through.
        Path(folder).chmod(0o755)
        alone = [_server_alone(Path(folder) / "alone") for _ in range(2)]
        print("start    listening   people to sign in as   campus complete   aimed at   yardstick: PostgreSQL alone")
        for name, target, yardstick in (("first", FIRST_TARGET, alone[0]), ("second", SECOND_TARGET, alone[1])):
            listening, usable, complete = _start(Path(folder))
            print(
                f"{name:<8} {listening:7.1f} s {usable:20.1f} s {complete:15.1f} s {target:8.0f} s {yardstick:16.1f} s",
                flush=True,
            )
    return 0


def _server_alone(folder: Path) -> float:
    server = EmbeddedServer(folder)
    begun = time.perf_counter()
    server.start()
    taken = time.perf_counter() - begun
    server.stop()
    return taken


def _start(folder: Path) -> tuple[float, float, float]:
    """Seconds until it answers, until its sign-in page offers somebody, and until the campus is complete."""
    ours = {name: value for name, value in os.environ.items() if name not in setting_names()}
    environment = {**ours, "PORT": str(PORT), "DATA_DIR": str(folder / "var")}
    said = folder / "said.txt"
    with said.open("wb") as out:
        begun = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, str(REPOSITORY / "app.py")], cwd=folder, env=environment, stdout=out, stderr=out
        )
        try:
            listening = _until(process, begun, lambda: _page("/health/live") is not None)
            usable = _until(process, begun, lambda: b'name="person"' in (_page("/sign-in") or b""))
            complete = _until(process, begun, lambda: COMPLETE in said.read_text())
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)
    return listening, usable, complete


def _until(process: "subprocess.Popen[bytes]", begun: float, holds: Callable[[], bool]) -> float:
    """Seconds from the beginning until it holds."""
    while not holds():
        taken = time.perf_counter() - begun
        if process.poll() is not None or taken > PATIENCE:
            raise SystemExit(f"The service has not started within {taken:.0f} s.")
        time.sleep(0.02)
    return time.perf_counter() - begun


def _page(path: str) -> bytes | None:
    """What it answers; None while it does not listen."""
    try:
        with urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=PATIENCE) as answer:
            return bytes(answer.read())
    except (URLError, ConnectionError):
        return None


if __name__ == "__main__":
    sys.exit(main())
