"""Prometheus figures of the customer edge. No customer's text or address is a label."""

from __future__ import annotations

import logging

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from bot.conversation.model import Accepted

log = logging.getLogger(__name__)

LATENCY = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class GatewayMetrics:
    """The counters of one gateway process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.sockets = Gauge("baton_customer_sockets", "Open customer sockets", registry=registry)
        self.messages = Counter("baton_customer_messages", "Customer messages stored", registry=registry)
        self.refused = Counter("baton_customer_refused", "Frames answered with an error", ["code"], registry=registry)
        self.slow_readers = Counter("baton_slow_readers", "Sockets dropped for reading too slowly", registry=registry)
        self.reconnects = Counter("baton_reconnects", "Sockets that came back with a cursor", registry=registry)
        self.resyncs = Counter("baton_resyncs", "Sockets told to fetch afresh", registry=registry)
        self.put_off = Counter("baton_sessions_put_off", "New sessions refused as too busy", registry=registry)
        self.requests = Histogram(
            "baton_http_seconds", "HTTP requests", ["method", "route", "status"], buckets=LATENCY, registry=registry
        )

    def took(self, conversation_id: str, client_message_id: str, accepted: Accepted) -> None:
        """A customer's message is stored: count it, and begin the trail that leads to its answer."""
        if not accepted.duplicate:
            self.messages.inc()
        log.info(
            "message stored",
            extra={
                "conversation": conversation_id,
                "messages": [client_message_id],
                "seq": accepted.seq,
                "duplicate": accepted.duplicate,
            },
        )
