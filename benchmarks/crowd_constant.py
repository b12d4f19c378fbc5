"""The yardstick of `benchmarks.crowd`: a server that answers every request with one constant and does nothing else.

`python -m benchmarks.crowd_constant PORT`.
"""

import asyncio
import sys
from typing import Final, cast

import uvloop

from benchmarks.crowd_load import raise_file_limit

ANSWER: Final = b'HTTP/1.1 304 Not Modified\r\netag: "1"\r\ncache-control: no-store\r\n\r\n'


class Constant(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Open."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """A whole question: they are short."""
        if data.endswith(b"\r\n\r\n"):
            self._transport.write(ANSWER)


async def serve(port: int) -> None:
    """Answers until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Constant, "127.0.0.1", port, backlog=4096)
    print("listening", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    raise_file_limit()
    uvloop.run(serve(int(sys.argv[1])))
