"""A shop that answers by HTTP; the contract is in docs/shop-http.md."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

from actions.shop.catalogue import Product, Variant
from actions.shop.contract import from_data, from_json, to_data
from actions.shop.errors import OrderChangeRefused, Refusal, ShopUnavailable, unknown_order
from actions.shop.identify import order_number_of
from actions.shop.order import Address, Customer, LineQuantity, Order, Return
from actions.shop.port import Case, InvoiceSent, Problem

Value = TypeVar("Value")
TIMEOUT_SECONDS = 4.0
_SERVER_ERROR = 500
_UNAVAILABLE = "The shop does not answer now."


class HttpShop:
    """`ShopPort` over HTTP. User name and password in the address are sent as basic authentication.

    A read is tried twice, a change once (the caller repeats it with its idempotency key); one try takes four seconds
    at most.
    """

    def __init__(self, base_url: str, *, timeout: float = TIMEOUT_SECONDS) -> None:
        url = httpx.URL(base_url)
        auth = httpx.BasicAuth(url.username, url.password) if url.username else None
        self._base_url = str(url.copy_with(username=None, password=None)).rstrip("/") if auth else base_url.rstrip("/")
        self._timeout = timeout
        self._client = httpx.AsyncClient(auth=auth, timeout=timeout, headers={"Accept": "application/json"})

    async def find_order(self, order_number: str, email: str) -> Order | None:
        """See `ShopPort`; the shop keeps its work constant."""
        request = {"order_number": order_number_of(order_number) or "", "email": email.strip()}
        return await self._found(Order, "POST", "/orders/find", json=request)

    async def order(self, order_number: str) -> Order | None:
        """See `ShopPort`."""
        number = order_number_of(order_number)
        return await self._found(Order, "GET", f"/orders/{number}") if number else None

    async def orders_of(self, customer_ref: str) -> tuple[Order, ...]:
        """See `ShopPort`."""
        return await self._items(Order, f"/customers/{quote(customer_ref, safe='')}/orders")

    async def customer_by_email(self, email: str) -> Customer | None:
        """See `ShopPort`."""
        return await self._found(Customer, "POST", "/customers/find", json={"email": email.strip()})

    async def products(self, query: str = "") -> tuple[Product, ...]:
        """See `ShopPort`."""
        return await self._items(Product, "/products", params={"q": query})

    async def cancel_order(self, order_number: str, *, idempotency_key: str, reason: str = "") -> Order:
        """See `ShopPort`."""
        return await self._change(Order, order_number, "cancel", idempotency_key, {"reason": reason})

    async def change_address(self, order_number: str, address: Address, *, idempotency_key: str) -> Order:
        """See `ShopPort`."""
        return await self._change(Order, order_number, "address", idempotency_key, to_data(address))

    async def start_return(
        self, order_number: str, lines: Sequence[LineQuantity], reason: str, *, idempotency_key: str
    ) -> Return:
        """See `ShopPort`."""
        request = {"lines": [to_data(item) for item in lines], "reason": reason}
        return await self._change(Return, order_number, "returns", idempotency_key, request)

    async def start_exchange(
        self, order_number: str, line: int, wanted: Variant, *, idempotency_key: str, reason: str = ""
    ) -> Return:
        """See `ShopPort`."""
        request = {"line": line, "size": wanted.size, "colour": wanted.colour, "reason": reason}
        return await self._change(Return, order_number, "exchanges", idempotency_key, request)

    async def request_refund_check(self, order_number: str, *, idempotency_key: str) -> Case:
        """See `ShopPort`."""
        return await self._change(Case, order_number, "refund-checks", idempotency_key, {})

    async def report_problem(
        self,
        order_number: str,
        problem: Problem,
        description: str,
        *,
        idempotency_key: str,
        lines: Sequence[LineQuantity] = (),
    ) -> Case:
        """See `ShopPort`."""
        request = {
            "problem": problem.value,
            "description": description,
            "lines": [to_data(item) for item in lines],
        }
        return await self._change(Case, order_number, "problems", idempotency_key, request)

    async def send_invoice(self, order_number: str, *, idempotency_key: str) -> InvoiceSent:
        """See `ShopPort`."""
        return await self._change(InvoiceSent, order_number, "invoices", idempotency_key, {})

    async def aclose(self) -> None:
        """See `ShopPort`."""
        await self._client.aclose()

    async def _found(self, kind: type[Value], method: str, path: str, **request: Any) -> Value | None:
        reply = await self._read(method, path, **request)
        return None if reply.status_code == httpx.codes.NOT_FOUND else from_json(kind, reply.content)

    async def _items(self, kind: type[Value], path: str, **request: Any) -> tuple[Value, ...]:
        reply = await self._read("GET", path, **request)
        if reply.status_code == httpx.codes.NOT_FOUND:
            return ()
        items = _json(reply).get("items")
        if not isinstance(items, list):
            raise ShopUnavailable("The shop's reply has no items.", code="shop_reply_invalid")
        return tuple(from_data(kind, item) for item in items)

    async def _read(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            reply = await self._send(method, path, **request)
        except ShopUnavailable:
            reply = await self._send(method, path, **request)
        if not reply.is_success and reply.status_code != httpx.codes.NOT_FOUND:
            raise ShopUnavailable(_UNAVAILABLE)
        return reply

    async def _change(
        self, kind: type[Value], order_number: str, what: str, key: str, request: Mapping[str, Any]
    ) -> Value:
        number = order_number_of(order_number)
        if number is None:
            raise unknown_order()
        headers = {"Idempotency-Key": key}
        reply = await self._send("POST", f"/orders/{number}/{what}", json=request, headers=headers)
        if reply.status_code == httpx.codes.NOT_FOUND:
            raise unknown_order()
        if reply.status_code == httpx.codes.CONFLICT:
            raise _refused(reply)
        if not reply.is_success:
            raise ShopUnavailable(_UNAVAILABLE)
        return from_json(kind, reply.content)

    async def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            async with asyncio.timeout(self._timeout):
                reply = await self._client.request(method, self._base_url + path, **request)
        except (httpx.HTTPError, TimeoutError) as error:
            raise ShopUnavailable(_UNAVAILABLE) from error
        if reply.status_code >= _SERVER_ERROR:
            raise ShopUnavailable(_UNAVAILABLE)
        return reply


def _refused(reply: httpx.Response) -> OrderChangeRefused:
    error = _json(reply).get("error")
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        raise ShopUnavailable("The shop refused without a reason.", code="shop_reply_invalid")
    known = {refusal.value: refusal for refusal in Refusal}
    return OrderChangeRefused(known.get(str(error.get("code")), Refusal.OTHER), error["message"])


def _json(reply: httpx.Response) -> dict[str, Any]:
    try:
        data = reply.json()
    except ValueError as error:
        raise ShopUnavailable("The shop's reply is no JSON.", code="shop_reply_invalid") from error
    return data if isinstance(data, dict) else {}
