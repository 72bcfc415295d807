"""Every demo order told in every way; then the sentences that matter, word for word, as of Wednesday 3 June 2026."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from actions.shop import wording
from actions.shop.cases import open_case, send_invoice
from actions.shop.changes import cancel, change_address
from actions.shop.fresh import freshen
from actions.shop.port import Address, Order, OrderState, Problem, Variant
from actions.shop.returning import start_exchange, start_return
from tests.contracts.shop import TODAY, demo

DAY = r"(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d{1,2} [A-Z][a-z]+"
ORDERS = demo().fresh_orders()
WAYS = [
    wording.status_text,
    wording.delivery_date_text,
    wording.tracking_text,
    wording.refunds_text,
    wording.returns_text,
    wording.order_line_text,
]


def order(number: str) -> Order:
    return next(order for order in ORDERS if order.number == number)


def in_state(state: OrderState) -> list[Order]:
    return [order for order in ORDERS if order.state is state]


@pytest.mark.parametrize("state", list(OrderState))
def test_every_order_can_be_told(state):
    for order in in_state(state):
        for tell in WAYS:
            text = tell(order, TODAY)
            assert text == text.strip(), text
            assert len(text) < 900, text
            assert not re.search(r"None|!|\bTrue\b|[{}\[\]_<]|\d{4}-\d\d|  |\.\.| ,|sorry.*sorry", text, re.DOTALL), (
                text
            )
            assert text.count("http") <= len(order.shipments), text
        assert order.number in wording.named(order)


@pytest.mark.parametrize("state", ["paid", "packed", "shipped", "delayed", "partly_shipped"])
def test_an_order_that_is_awaited_names_its_day_as_a_weekday(state):
    for order in in_state(OrderState(state)):
        assert re.search(DAY, wording.status_text(order, TODAY)), order.number


@pytest.mark.parametrize("state", [OrderState.DELAYED, OrderState.LOST])
def test_trouble_is_named_first_and_sorry_said_once(state):
    for found in in_state(state):
        first = wording.status_text(found, TODAY).split(". ")[0]
        assert "later than we promised" in first or "got lost" in first
        assert "sorry" in first


def test_the_same_refund_is_told_as_late_when_it_is():
    assert wording.status_text(order("1076"), TODAY).startswith("Your refund is later than we promised, and I am sorry")
    assert "sorry" not in wording.status_text(order("1019"), TODAY)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (
            "1042",
            "Your Ridgeline 2 tent left our warehouse on Monday 1 June and should be with you by Friday 5 June. The "
            "carrier last scanned the parcel yesterday at Avonmouth depot.",
        ),
        (
            "1051",
            "We have your order (Ridgeline 1 tent and Gale Pegs) and are waiting for the payment "
            "to be confirmed. After "
            "that we pack it, and it should be with you by Monday 8 June.",
        ),
        (
            "1064",
            "Your order (Wick Merino Top and Wick Merino Leggings) is confirmed and we are getting it ready. It should "
            "be with you by Monday 8 June.",
        ),
        (
            "1087",
            "Your Ridgeline 3 tent and Ridgeline Footprint are packed and waiting for the "
            "carrier. The parcel should be "
            "with you by Saturday 6 June.",
        ),
        (
            "10457",
            "Your Rook Chair is ready to collect in our Bristol store, 8 Harbour Lane. We keep the order for you until "
            "Friday 12 June.",
        ),
        (
            "1033",
            "Your order comes in more than one parcel.\n"
            "- Ridgeline 2 tent (green) and Ridgeline Footprint (size 2, grey): delivered on Monday 1 June.\n"
            "- two Drift Mats (size regular, blue): not sent yet because the sleeping mats come from the supplier this "
            "week. That part should be with you by Monday 8 June. The extra parcel costs you nothing.",
        ),
        (
            "1029",
            "Your order is later than we promised, and I am sorry about that. The parcel was held up at the carrier's "
            "Bristol hub. Your Squall Jacket should now be with you by Saturday 6 June instead of Saturday 30 May.",
        ),
        (
            "1096",
            "Your Cairn 35 backpack is out for delivery and should be with you today. The carrier has sent you a "
            "one-hour window.",
        ),
        ("1003", "Your Crag Mid boots and Tramp Socks were delivered on Friday 22 May."),
        (
            "1055",
            "Your parcel (Otter Down Jacket) got lost on its way, and I am sorry about that. The "
            "carrier is looking for "
            "it until Friday 5 June. If it is not found by then, you can have it sent again or £199.00 back.",
        ),
        (
            "1019",
            "Your return reached our warehouse on Monday 1 June: Ridgeline 3 tent (orange). £349.00 goes back to your "
            "Mastercard ending 7587 by Monday 8 June at the latest.",
        ),
        (
            "1014",
            "Order 1014 (Crag Mid boots): We sent £149.00 for your return back to your Visa "
            "ending 8458 on Wednesday 13 "
            "May.",
        ),
        (
            "1022",
            "Order 1022 (Brook Filter) was cancelled on Friday 29 May. You have not been charged; if £45.95 shows as "
            "reserved, your bank lets go of it within 5 working days.",
        ),
    ],
)
def test_each_state_in_its_words(number, text):
    assert wording.status_text(order(number), TODAY) == text


def test_a_parcel_on_a_sunday_is_not_promised_for_that_day():
    sunday = next(o for o in demo().orders if o.number == "1096")

    text = wording.status_text(freshen(sunday, TODAY, date(2026, 6, 7)), date(2026, 6, 7))
    assert text.endswith("at the carrier's depot near you and should be with you by tomorrow, Monday 8 June.")


def test_tracking_names_carrier_number_and_link():
    tent = order("1042")
    parcel = tent.shipments[0]
    assert wording.tracking_text(tent, TODAY) == (
        f"Your parcel is with Northway (number {parcel.tracking_number}). The carrier last "
        f"scanned the parcel yesterday at "
        f"Avonmouth depot. Follow it here: {parcel.tracking_url}"
    )
    assert wording.tracking_text(order("1064"), TODAY).endswith("the tracking link by e-mail when the parcel leaves.")


def test_a_date_far_away_names_its_year():
    old = replace(order("1003"), shipments=(replace(order("1003").shipments[0], delivered_on=date(2024, 2, 29)),))
    assert wording.status_text(old, TODAY).endswith("were delivered on Thursday 29 February 2024.")


def test_a_list_names_the_newest_and_counts_the_rest():
    three = [order("1042"), order("1024"), order("1064")]
    assert wording.list_text(three, TODAY, at_most=2).split("\n") == [
        "Your orders:",
        "- 1042: Ridgeline 2 tent, on its way, expected Friday 5 June",
        "- 1024: Dormouse 400 sleeping bag and Drift Mat, delivered on Monday 27 April",
        "- and one older",
    ]
    assert wording.list_text([], TODAY) == "I see no orders under your name yet."


def test_changes_are_told_with_what_happens_next():
    paid = order("1064")
    assert wording.cancelled_text(cancel(paid, "", TODAY), TODAY) == (
        "Order 1064 (Wick Merino Top and Wick Merino Leggings) is cancelled. You have not "
        "been charged; if £114.00 shows "
        "as reserved, your bank lets go of it within 5 working days."
    )
    moved = change_address(paid, Address("", "1 Mill Lane", "Leeds", "LS1 0ZZ"), TODAY)
    assert wording.address_changed_text(moved) == "Order 1064 now goes to Priya Patel, 1 Mill Lane, Leeds LS1 0ZZ."


def test_a_return_is_told_with_its_label_and_its_amount():
    changed, announced = start_return(order("1003"), [], "too small", TODAY)
    assert wording.return_started_text(changed, announced, TODAY) == (
        "Your return is announced: Crag Mid boots (size 39, brown) and Tramp Socks (size "
        "39-41, grey). The label is free "
        "and valid until Friday 3 July: https://returns.example.com/labels/R1003-1\n"
        "When it has reached us, £165.00 is refunded within 5 working days."
    )
    boots = next(product for product in demo().products if product.id == "crag-mid")
    swapped, item = start_exchange(order("1003"), boots, 1, Variant(size="40"), reason="", today=TODAY)
    assert "Crag Mid boots (size 39, brown) for size 40, brown." in wording.exchange_text(swapped, item, TODAY)


@pytest.mark.parametrize("problem", list(Problem))
def test_every_case_says_when_the_customer_hears_from_us(problem):
    subject = order("1076") if problem is Problem.REFUND_CHECK else replace(order("1003"), expected_on=None)
    case = open_case(subject, problem, "please look", [], today=TODAY, count=1)
    text = wording.case_text(case, TODAY)
    assert re.search(rf"You hear from us by {DAY}\. Your reference is C{subject.number}-1\.$", text)


def test_an_invoice_does_not_name_the_address():
    text = wording.invoice_text(send_invoice(order("1042"), TODAY))
    assert "example.com" not in text


def test_the_day_before_and_after_are_told_as_such():
    tent = replace(order("1042"), expected_on=TODAY + timedelta(days=1))
    assert "by tomorrow, Thursday 4 June" in wording.delivery_date_text(tent, TODAY)
