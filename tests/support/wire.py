"""A wire between a client and a server of a test, that can be cut, left dead, and mended."""

from __future__ import annotations

import asyncio
import itertools
import random
from contextlib import suppress


class Wire:
    """A TCP proxy on a port of its own."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._server: asyncio.Server | None = None
        self._pipes: set[asyncio.Task[None]] = set()
        self.port = 0
        self.connections = 0

    async def __aenter__(self) -> Wire:
        await self.mend()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cut()

    async def mend(self) -> None:
        """Let connections through, on the same port as before."""
        self._server = await asyncio.start_server(self._join, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break every connection and refuse new ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        await self.drop()

    async def drop(self) -> None:
        """Break every connection; new ones are welcome."""
        for pipe in list(self._pipes):
            pipe.cancel()
        await asyncio.gather(*self._pipes, return_exceptions=True)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._pipes.add(task)
        self.connections += 1
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._pump(reader, far_writer))
                    both.create_task(self._pump(far_reader, writer))
            finally:
                far_writer.transport.abort()
        except (OSError, ExceptionGroup, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._pipes.discard(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        with suppress(OSError):
            writer.write_eof()


class RoughWire(Wire):
    """A wire that treats its connections badly on demand, and deals them out in turn where there are several ends."""

    def __init__(self, *targets: tuple[str, int], chance: random.Random | None = None) -> None:
        super().__init__(*targets[0])
        self._ends = itertools.cycle(targets)
        self._count = len(targets)
        self._chance = chance or random.Random(0)
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._deaf: set[asyncio.StreamReader] = set()
        self._readers: list[asyncio.StreamReader] = []
        self.delay = 0.0
        self.troubles = 0

    async def drop(self) -> None:
        """See `Wire.drop`."""
        self.troubles += bool(self._pipes)
        await super().drop()

    async def drop_some(self) -> None:
        """Break about half of the connections."""
        chosen = [pipe for pipe in self._pipes if self._chance.random() < 0.5]
        self.troubles += bool(chosen)
        for pipe in chosen:
            pipe.cancel()
        await asyncio.gather(*chosen, return_exceptions=True)

    def half_close(self) -> None:
        """About half of the directions end here, while the opposite ones go on."""
        self.troubles += bool(self._readers)
        self._deaf.update(reader for reader in self._readers if self._chance.random() < 0.5)

    def stall(self) -> None:
        """Nothing passes until `flow`, and nobody is told."""
        self.troubles += 1
        self._flowing.clear()

    def flow(self) -> None:
        """Let everything through again."""
        self._flowing.set()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(self._count):  # as a plain balancer does: the next one if nobody is there
            self._target = next(self._ends)
            with suppress(OSError):
                _, probe = await asyncio.open_connection(*self._target)
                probe.close()
                break
        await super()._join(reader, writer)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._readers.append(reader)
        try:
            while data := await reader.read(65536):
                await self._flowing.wait()
                if self.delay:
                    await asyncio.sleep(self._chance.uniform(0, self.delay))
                if reader in self._deaf:
                    break
                writer.write(data)
                await writer.drain()
            with suppress(OSError):
                writer.write_eof()
        finally:
            self._readers.remove(reader)
            self._deaf.discard(reader)
