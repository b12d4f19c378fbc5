"""Real servers that speak S3, in a process and a folder of their own."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dashapp.domain.schedules.stores import ReportStore, StoreAccess
from tests.servers import ServerMissing

BUCKET: Final = "reports"
ACCESS_KEY, SECRET = "analytics", "s3cr3t-of-a-test"  # of a server that lives as long as a test
_READY: Final = re.compile(rb"\[(http://127\.0\.0\.1:\d+)/\]")


@dataclass(frozen=True, slots=True)
class ObjectStore:
    """A server that runs, with one bucket. `root`: the folder in which its objects are files."""

    url: str
    root: Path

    def store(self, prefix: str = "", bucket: str = BUCKET, access_key: str = ACCESS_KEY) -> ReportStore:
        """Where it is."""
        return ReportStore(self.url, "us-east-1", bucket, prefix, path_style=True, access_key=access_key)

    def access(
        self, prefix: str = "", bucket: str = BUCKET, key: tuple[str, str] = (ACCESS_KEY, SECRET)
    ) -> StoreAccess:
        """With a key and its secret."""
        return StoreAccess(self.store(prefix, bucket, key[0]), key[1])

    def names(self) -> list[str]:
        """All objects of the bucket."""
        above = self.root / BUCKET
        return sorted(str(path.relative_to(above)) for path in above.rglob("*") if path.is_file())

    def read(self, name: str) -> bytes:
        """What an object holds."""
        return (self.root / BUCKET / name).read_bytes()


@contextmanager
def object_store(folder: Path) -> Iterator[ObjectStore]:
    """rclone's server, which answers when it says where."""
    (folder / BUCKET).mkdir(parents=True)
    path = shutil.which("rclone", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))))
    if path is None:
        raise ServerMissing("rclone is missing: `make test` installs it.")
    options = ("--addr", "127.0.0.1:0", "--auth-key", f"{ACCESS_KEY},{SECRET}", "--config", os.devnull)
    process = subprocess.Popen([path, "serve", "s3", str(folder), *options], stderr=subprocess.PIPE)
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if found := _READY.search(line):
                yield ObjectStore(found[1].decode(), folder)
                return
        raise ServerMissing("rclone ended at once.")
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
