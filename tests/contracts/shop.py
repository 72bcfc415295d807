"""What every shop behind the port must do, over the demo shop's orders as of Wednesday 3 June 2026.

An adapter's test class inherits `ShopContract` and gives a `shop` fixture with a fresh demo shop on `TODAY`.
"""

import asyncio
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from actions.shop.demo import Demo, read_demo
from actions.shop.port import (
    Address,
    LineQuantity,
    OrderChangeRefused,
    OrderState,
    Problem,
    RefundReason,
    Refusal,
    ReturnKind,
    ShopPort,
    Variant,
)

TODAY = date(2026, 6, 3)
DATA = Path(__file__).parents[2] / "data" / "shop"


@cache
def demo() -> Demo:
    """The demo shop on `TODAY`."""
    return read_demo(DATA, TODAY)


LEEDS = Address("Imran Khan", "1 Mill Lane", "Leeds", "LS1 0ZZ")


async def refusal(change) -> Refusal:
    with pytest.raises(OrderChangeRefused) as caught:
        await change
    assert caught.value.message_for_customer.endswith(".")
    return caught.value.refusal


class ShopContract:
    @pytest.mark.parametrize("number", ["1042", "#1042", "FH-1042", " 1042 ", "fh1042", "order no 1042"])
    async def test_an_order_is_found_by_its_number_in_any_form(self, shop: ShopPort, number):
        order = await shop.find_order(number, "anna.keller@example.com")
        assert order is not None
        assert (order.number, order.state) == ("1042", OrderState.SHIPPED)

    async def test_an_order_is_found_by_its_email_in_any_case(self, shop: ShopPort):
        order = await shop.find_order("1042", "  Anna.Keller@Example.COM\n")
        assert order is not None
        assert order.number == "1042"

    @pytest.mark.parametrize(
        ("number", "email"),
        [
            ("1042", "tobias.keller@example.org"),
            ("1042", ""),
            ("1042", "nobody@invalid"),
            ("9999", "anna.keller@example.com"),
            ("9999", "nobody@invalid"),
            ("the blue tent", "anna.keller@example.com"),
            ("", ""),
            ("1042' OR '1'='1", "anna.keller@example.com"),
        ],
    )
    async def test_a_pair_that_does_not_fit_finds_nothing(self, shop: ShopPort, number, email):
        assert await shop.find_order(number, email) is None

    async def test_every_order_comes_whole(self, shop: ShopPort):
        for order in demo().fresh_orders():
            assert await shop.order(order.number) == order

    async def test_an_unknown_order_is_none(self, shop: ShopPort):
        assert await shop.order("999999") is None
        assert await shop.order("tent") is None

    async def test_orders_of_a_customer_come_newest_first(self, shop: ShopPort):
        orders = await shop.orders_of("anna-keller")
        assert {order.customer_ref for order in orders} == {"anna-keller"}
        placed = [order.placed_on for order in orders]
        assert len(placed) > 3
        assert placed == sorted(placed, reverse=True)

    async def test_an_unknown_customer_has_no_orders(self, shop: ShopPort):
        assert await shop.orders_of("nobody/at all?") == ()

    async def test_a_customer_is_known_by_email(self, shop: ShopPort):
        customer = await shop.customer_by_email(" ANNA.keller@example.com")
        assert customer is not None
        assert (customer.ref, customer.first_name) == ("anna-keller", "Anna")
        assert await shop.customer_by_email("stranger@example.com") is None

    @pytest.mark.parametrize(
        ("words", "first"),
        [
            ("Ridgeline 2", "ridgeline-2"),
            ("rucksack", "cairn-35"),
            ("head torch", "glow-400"),
            ("blue tent", "ridgeline-2"),
        ],
    )
    async def test_products_are_found_by_customers_words(self, shop: ShopPort, words, first):
        assert (await shop.products(words))[0].id == first

    async def test_all_products_come_for_no_words_and_none_for_strange_ones(self, shop: ShopPort):
        products = await shop.products()
        assert products == demo().products
        assert await shop.products("submarine") == ()

    async def test_a_cancelled_order_stays_cancelled_and_is_refunded_if_it_was_paid(self, shop: ShopPort):
        order = await self.first(shop, "rosa-martinez", OrderState.PAID)
        assert order.payment_method == "PayPal"
        cancelled = await shop.cancel_order(order.number, idempotency_key="k", reason="too late")
        assert cancelled.state is OrderState.CANCELLED
        assert cancelled.cancelled_on == TODAY
        assert [(r.amount, r.method, r.reason) for r in cancelled.refunds] == [
            (order.total, "PayPal", RefundReason.CANCELLED)
        ]
        assert await shop.order(order.number) == cancelled

    async def test_a_card_that_was_not_charged_is_not_refunded(self, shop: ShopPort):
        assert (await shop.cancel_order("1064", idempotency_key="k")).refunds == ()

    async def test_repeating_a_change_gives_its_first_result(self, shop: ShopPort):
        first = await shop.cancel_order("1064", idempotency_key="k", reason="oops")
        assert await shop.cancel_order("FH-1064", idempotency_key="k", reason="oops") == first
        assert await refusal(shop.cancel_order("1064", idempotency_key="other")) is Refusal.ALREADY_CANCELLED

    async def test_a_key_serves_one_request_only(self, shop: ShopPort):
        await shop.cancel_order("1064", idempotency_key="k")
        assert await refusal(shop.cancel_order("1051", idempotency_key="k")) is Refusal.KEY_REUSED
        assert await refusal(shop.send_invoice("1064", idempotency_key="k")) is Refusal.KEY_REUSED

    async def test_two_at_once_with_one_key_change_once(self, shop: ShopPort):
        returns = await asyncio.gather(
            *(shop.start_return("1003", [], "too small", idempotency_key="same") for _ in range(4))
        )
        assert len({item.number for item in returns}) == 1
        order = await shop.order("1003")
        assert order is not None
        assert len(order.returns) == 1

    async def test_two_at_once_with_two_keys_cannot_both_win(self, shop: ShopPort):
        results = await asyncio.gather(
            *(shop.cancel_order("1064", idempotency_key=key) for key in "abc"), return_exceptions=True
        )
        won = [result for result in results if not isinstance(result, Exception)]
        assert len(won) == 1
        lost = [result.refusal for result in results if isinstance(result, OrderChangeRefused)]
        assert lost == [Refusal.ALREADY_CANCELLED] * 2

    @pytest.mark.parametrize(
        ("number", "code"),
        [
            ("1087", Refusal.ALREADY_PACKED),
            ("1033", Refusal.ALREADY_SHIPPED),
            ("1042", Refusal.ALREADY_SHIPPED),
            ("1029", Refusal.ALREADY_SHIPPED),
            ("1096", Refusal.ALREADY_SHIPPED),
            ("1055", Refusal.ALREADY_SHIPPED),
            ("1003", Refusal.ALREADY_DELIVERED),
            ("1019", Refusal.ALREADY_DELIVERED),
            ("1014", Refusal.ALREADY_DELIVERED),
            ("1022", Refusal.ALREADY_CANCELLED),
            ("999999", Refusal.UNKNOWN_ORDER),
        ],
    )
    async def test_an_order_that_was_packed_is_neither_cancelled_nor_redirected(self, shop: ShopPort, number, code):
        before = await shop.order(number)
        assert await refusal(shop.cancel_order(number, idempotency_key="a")) is code
        assert await refusal(shop.change_address(number, LEEDS, idempotency_key="b")) is code
        assert await shop.order(number) == before

    async def test_a_delayed_order_that_has_not_left_may_be_cancelled(self, shop: ShopPort):
        cancelled = await shop.cancel_order("1071", idempotency_key="k")
        assert (cancelled.state, cancelled.expected_on) == (OrderState.CANCELLED, None)

    async def test_an_address_is_changed_before_packing(self, shop: ShopPort):
        order = await self.first(shop, "imran-khan", OrderState.PAID)
        wish = Address("", "  1  Mill Lane ", "Leeds", "LS1 0ZZ", "uk")
        changed = await shop.change_address(order.number, wish, idempotency_key="k")
        assert changed.address == LEEDS
        assert await shop.order(order.number) == changed

    @pytest.mark.parametrize(
        ("address", "code"),
        [
            (Address("A", "", "Leeds", "LS1 0ZZ"), Refusal.INCOMPLETE_ADDRESS),
            (Address("A", "x" * 200, "Leeds", "LS1 0ZZ"), Refusal.INCOMPLETE_ADDRESS),
            (Address("A", "P.O. Box 12", "Leeds", "LS1 0ZZ"), Refusal.ADDRESS_NOT_SERVED),
            (Address("A", "1 Bergweg", "Bern", "3000", "Switzerland"), Refusal.ADDRESS_NOT_SERVED),
            (Address("A", "1 Quay", "Cork", "T12", "Ireland"), Refusal.ADDRESS_NOT_SERVED),
        ],
    )
    async def test_an_address_nobody_can_deliver_to_is_refused(self, shop: ShopPort, address, code):
        assert await refusal(shop.change_address("1064", address, idempotency_key="k")) is code

    async def test_an_order_to_collect_has_no_address_to_change(self, shop: ShopPort):
        order = await self.first(shop, "megan-davies", OrderState.PAID)
        code = await refusal(shop.change_address(order.number, LEEDS, idempotency_key="k"))
        assert code is Refusal.NO_DELIVERY

    async def test_a_return_of_part_of_an_order_has_a_label_and_an_amount(self, shop: ShopPort):
        announced = await shop.start_return("1003", [LineQuantity(1, 1)], "too small", idempotency_key="k")
        assert (announced.kind, announced.amount) == (ReturnKind.REFUND, Decimal("149.00"))
        assert announced.label_url.startswith("https://")
        assert (announced.send_by - TODAY).days == 30
        order = await shop.order("1003")
        assert order is not None
        assert order.returns == (announced,)
        again = shop.start_return("1003", [LineQuantity(1, 1)], "too small", idempotency_key="new")
        assert await refusal(again) is Refusal.ALREADY_RETURNED

    async def test_a_return_without_lines_takes_all_that_can_come_back(self, shop: ShopPort):
        await shop.start_return("1003", [LineQuantity(1, 1)], "too small", idempotency_key="boots")
        rest = await shop.start_return("1003", [], "too small", idempotency_key="rest")
        assert rest.contents == (LineQuantity(2, 1),)

    @pytest.mark.parametrize(
        ("number", "lines", "code"),
        [
            ("1042", [], Refusal.NOT_DELIVERED_YET),
            ("1064", [], Refusal.NOT_DELIVERED_YET),
            ("1033", [LineQuantity(2, 1)], Refusal.NOT_DELIVERED_YET),
            ("1059", [], Refusal.PERIOD_OVER),
            ("1014", [], Refusal.ALREADY_RETURNED),
            ("1068", [], Refusal.ALREADY_RETURNED),
            ("1022", [], Refusal.ALREADY_CANCELLED),
            ("1003", [LineQuantity(7, 1)], Refusal.UNKNOWN_LINE),
            ("1003", [LineQuantity(1, 2)], Refusal.UNKNOWN_LINE),
            ("1003", [LineQuantity(1, 0)], Refusal.UNKNOWN_LINE),
            ("999999", [], Refusal.UNKNOWN_ORDER),
        ],
    )
    async def test_what_cannot_come_back_is_refused(self, shop: ShopPort, number, lines, code):
        assert await refusal(shop.start_return(number, lines, "no reason", idempotency_key="k")) is code

    async def test_an_exchange_swaps_the_size_and_keeps_the_colour(self, shop: ShopPort):
        announced = await shop.start_exchange("1003", 1, Variant(size="40"), idempotency_key="k")
        assert (announced.kind, announced.exchange_for) == (ReturnKind.EXCHANGE, Variant("40", "brown"))
        assert announced.amount == 0
        assert await shop.start_exchange("1003", 1, Variant(size="40"), idempotency_key="k") == announced
        order = await shop.order("1003")
        assert order is not None
        assert order.returns == (announced,)

    @pytest.mark.parametrize(
        ("number", "line", "wanted", "code"),
        [
            ("1003", 1, Variant(size="43"), Refusal.SOLD_OUT),
            ("1003", 1, Variant(size="52"), Refusal.UNKNOWN_VARIANT),
            ("1003", 1, Variant(size="39", colour="brown"), Refusal.SAME_VARIANT),
            ("1003", 9, Variant(size="40"), Refusal.UNKNOWN_LINE),
            ("1042", 1, Variant(colour="green"), Refusal.NOT_DELIVERED_YET),
            ("1004", 1, Variant(size="38"), Refusal.NOT_EXCHANGEABLE),
        ],
    )
    async def test_an_exchange_that_cannot_be_is_refused(self, shop: ShopPort, number, line, wanted, code):
        assert await refusal(shop.start_exchange(number, line, wanted, idempotency_key="k")) is code

    async def test_a_refund_that_is_overdue_is_checked_by_people(self, shop: ShopPort):
        case = await shop.request_refund_check("1076", idempotency_key="k")
        assert (case.problem, case.order_number) == (Problem.REFUND_CHECK, "1076")
        assert case.answer_by > TODAY
        assert await shop.request_refund_check("1076", idempotency_key="k") == case

    async def test_a_refund_that_is_not_due_needs_no_check(self, shop: ShopPort):
        assert await refusal(shop.request_refund_check("1019", idempotency_key="a")) is Refusal.WAIT_FIRST
        assert await refusal(shop.request_refund_check("1042", idempotency_key="b")) is Refusal.NO_REFUND_DUE
        assert await refusal(shop.request_refund_check("1038", idempotency_key="c")) is Refusal.NO_REFUND_DUE

    async def test_problems_of_an_order_are_counted(self, shop: ShopPort):
        lines = [LineQuantity(1, 1)]
        first = await shop.report_problem("1003", Problem.DAMAGED, "sole is loose", idempotency_key="a", lines=lines)
        second = await shop.report_problem("1003", Problem.WRONG_ITEM, "grey, not brown", idempotency_key="b")
        assert [first.reference, second.reference] == ["C1003-1", "C1003-2"]
        assert (first.description, first.contents) == ("sole is loose", tuple(lines))

    @pytest.mark.parametrize(
        ("number", "problem", "code"),
        [
            ("1042", Problem.DAMAGED, Refusal.NOT_DELIVERED_YET),
            ("1042", Problem.LATE, Refusal.NOT_LATE_YET),
            ("1042", Problem.NOT_RECEIVED, Refusal.NOT_LATE_YET),
            ("1011", Problem.NOT_RECEIVED, Refusal.WAIT_FIRST),
            ("1024", Problem.NOT_RECEIVED, Refusal.PERIOD_OVER),
            ("1024", Problem.MISSING_ITEM, Refusal.PERIOD_OVER),
            ("1033", Problem.MISSING_ITEM, Refusal.WAIT_FIRST),
            ("1064", Problem.MISSING_ITEM, Refusal.NOT_DELIVERED_YET),
            ("1022", Problem.DAMAGED, Refusal.ALREADY_CANCELLED),
        ],
    )
    async def test_a_problem_that_is_none_is_refused(self, shop: ShopPort, number, problem, code):
        assert await refusal(shop.report_problem(number, problem, "hm", idempotency_key="k")) is code

    @pytest.mark.parametrize(
        ("number", "problem"),
        [
            ("1029", Problem.LATE),
            ("1055", Problem.NOT_RECEIVED),
            ("1003", Problem.NOT_RECEIVED),
            ("1003", Problem.MISSING_ITEM),
            ("1024", Problem.FAULTY),
            ("1042", Problem.CHARGED_TWICE),
        ],
    )
    async def test_a_real_problem_becomes_a_case(self, shop: ShopPort, number, problem):
        case = await shop.report_problem(number, problem, "please look", idempotency_key="k")
        assert (case.order_number, case.problem, case.opened_on) == (number, problem, TODAY)

    async def test_an_invoice_goes_to_the_orders_own_address_once_it_was_sent(self, shop: ShopPort):
        sent = await shop.send_invoice("1042", idempotency_key="k")
        assert (sent.email, sent.sent_on) == ("anna.keller@example.com", TODAY)
        assert await refusal(shop.send_invoice("1064", idempotency_key="a")) is Refusal.NOT_SHIPPED_YET
        assert await refusal(shop.send_invoice("1022", idempotency_key="b")) is Refusal.ALREADY_CANCELLED

    @staticmethod
    async def first(shop: ShopPort, customer: str, state: OrderState):
        return next(order for order in await shop.orders_of(customer) if order.state is state)
