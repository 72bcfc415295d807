"""A small shop that serves docs/shop-http.md over any `ShopPort`, as somebody else's shop would."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import uvicorn
from fastapi import Body, FastAPI, Header, Request
from fastapi.responses import JSONResponse

from actions.shop.contract import from_data, to_data
from actions.shop.port import Address, LineQuantity, OrderChangeRefused, Problem, Refusal, ShopPort, Variant

NOT_FOUND = JSONResponse({"error": {"code": "not_found", "message": "There is no such thing."}}, status_code=404)
Key = Annotated[str, Header(alias="Idempotency-Key")]
Request_ = Annotated[dict[str, Any], Body()]


def shop_app(shop: ShopPort) -> FastAPI:
    app = FastAPI()
    _reads(app, shop)
    _changes(app, shop)

    @app.exception_handler(OrderChangeRefused)
    async def refused(_: Request, error: OrderChangeRefused) -> JSONResponse:
        status = 404 if error.refusal is Refusal.UNKNOWN_ORDER else 409
        return JSONResponse({"error": {"code": error.code, "message": error.message_for_customer}}, status_code=status)

    return app


def _reads(app: FastAPI, shop: ShopPort) -> None:
    @app.post("/orders/find")
    async def find_order(request: Request_):
        return _one(await shop.find_order(request["order_number"], request["email"]))

    @app.get("/orders/{number}")
    async def order(number: str):
        return _one(await shop.order(number))

    @app.get("/customers/{ref:path}/orders")
    async def orders_of(ref: str):
        return {"items": [to_data(item) for item in await shop.orders_of(ref)]}

    @app.post("/customers/find")
    async def customer(request: Request_):
        return _one(await shop.customer_by_email(request["email"]))

    @app.get("/products")
    async def products(q: str = ""):
        return {"items": [to_data(item) for item in await shop.products(q)]}


def _changes(app: FastAPI, shop: ShopPort) -> None:
    @app.post("/orders/{number}/cancel")
    async def cancel(number: str, key: Key, request: Request_):
        return to_data(await shop.cancel_order(number, idempotency_key=key, reason=request["reason"]))

    @app.post("/orders/{number}/address")
    async def address(number: str, key: Key, request: Request_):
        return to_data(await shop.change_address(number, from_data(Address, request), idempotency_key=key))

    @app.post("/orders/{number}/returns", status_code=201)
    async def returns(number: str, key: Key, request: Request_):
        return to_data(await shop.start_return(number, _lines(request), request["reason"], idempotency_key=key))

    @app.post("/orders/{number}/exchanges", status_code=201)
    async def exchanges(number: str, key: Key, request: Request_):
        wanted = Variant(request["size"], request["colour"])
        exchange = shop.start_exchange(number, request["line"], wanted, idempotency_key=key, reason=request["reason"])
        return to_data(await exchange)

    @app.post("/orders/{number}/refund-checks", status_code=201)
    async def refund_checks(number: str, key: Key):
        return to_data(await shop.request_refund_check(number, idempotency_key=key))

    @app.post("/orders/{number}/problems", status_code=201)
    async def problems(number: str, key: Key, request: Request_):
        report = shop.report_problem(
            number,
            Problem(request["problem"]),
            request["description"],
            idempotency_key=key,
            lines=_lines(request),
        )
        return to_data(await report)

    @app.post("/orders/{number}/invoices", status_code=201)
    async def invoices(number: str, key: Key):
        return to_data(await shop.send_invoice(number, idempotency_key=key))


def _lines(request: dict[str, Any]) -> list[LineQuantity]:
    return [from_data(LineQuantity, item) for item in request["lines"]]


def _one(value: object | None):
    return NOT_FOUND if value is None else to_data(value)


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """The app on a free port of this machine; gives its address."""
    # Named TCP, asyncio sends small answers at once instead of waiting for the other side's acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            assert not running.done(), "the server did not start"
            await asyncio.sleep(0.005)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        listener.close()
