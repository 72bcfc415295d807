"""Text frames of a socket made ready once, and the server's connection that writes them as they are.

A server's frames are not masked, so the bytes of one frame are the same for everybody it goes to. Made anew for each
of five hundred sockets, they are most of what one message costs a gateway.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from bot import fast_json

EXTENSION = "baton.frames"
_TEXT, _TWO_BYTES, _EIGHT_BYTES = 0x81, 126, 127
Write = Callable[[bytes], bool]


class TextFrame:
    """A text, and the bytes of it on the wire."""

    __slots__ = ("_start", "wire")

    def __init__(self, text: bytes) -> None:
        head = _head(len(text))
        self._start = len(head)
        self.wire = head + text

    @property
    def text(self) -> str:
        """What the frame says."""
        return self.wire[self._start :].decode()


def json_frame(frame: Mapping[str, Any]) -> TextFrame:
    """A frame with compact JSON."""
    return TextFrame(fast_json.dumps(frame))


def _head(length: int) -> bytes:
    if length < _TWO_BYTES:
        return bytes((_TEXT, length))
    if length < 1 << 16:
        return struct.pack("!BBH", _TEXT, _TWO_BYTES, length)
    return struct.pack("!BBQ", _TEXT, _EIGHT_BYTES, length)


class FrameProtocol(WebSocketsSansIOProtocol):
    """A connection that also takes frames that are ready, by what its scope offers as the extension `EXTENSION`.

    A connection with compression, which would change the bytes, offers nothing.
    """

    def handle_connect(self, event: Request) -> None:
        """See the server's own; the application has not begun to run when this returns."""
        super().handle_connect(event)
        if self.handshake_initiated and not self.close_sent and not self.conn.extensions:
            self.scope["extensions"][EXTENSION] = {"write": self.write_ready}

    def connection_lost(self, exc: Exception | None) -> None:
        """See the server's own. What the scope offered is taken back: it would keep this connection to itself."""
        super().connection_lost(exc)
        if self.handshake_initiated:
            getattr(self, "scope", {}).get("extensions", {}).pop(EXTENSION, None)

    def write_ready(self, wire: bytes) -> bool:
        """Write a whole frame if the connection is open and takes more now; False writes nothing."""
        if self.close_sent or self.disconnected or not self.handshake_complete:
            return False
        if not self.writable.is_set() or self.transport.is_closing():
            return False
        self.transport.write(wire)
        return True


def writer_of(scope: Mapping[str, Any]) -> Write:
    """What writes ready frames to the connection of an ASGI scope; under another server, what never does."""
    offered = (scope.get("extensions") or {}).get(EXTENSION)
    if offered is None:
        return lambda _: False
    write: Write = offered["write"]
    return write
