from __future__ import annotations

import pytest

from actions.addresses import read_address
from actions.shop.order import Address

HOME = Address("Megan Davies", "6 Penglais Steps", "Aberystwyth", "SY23 3CM")
FRENCH = Address("Luc Martin", "3 rue du Port", "Nantes", "44000", "France")


@pytest.mark.parametrize(
    ("text", "street", "town", "postcode"),
    [
        ("12 Mill Lane, York, YO1 7HH", "12 Mill Lane", "York", "YO1 7HH"),
        ("12 Mill Lane\nYork\nyo17hh", "12 Mill Lane", "York", "YO1 7HH"),
        ("Flat 2, 12 Mill Lane, York YO1 7HH", "Flat 2, 12 Mill Lane", "York", "YO1 7HH"),
        ("please send it to 12 Mill Lane, York, YO1 7HH, UK", "12 Mill Lane", "York", "YO1 7HH"),
        ("the new address is 4b High Street, Holt, NR25 6AA thanks", "4b High Street", "Holt", "NR25 6AA"),
        ("12 Mill Lane York YO1 7HH", "12 Mill Lane", "York", "YO1 7HH"),
    ],
)
def test_an_address_is_read_from_free_text(text: str, street: str, town: str, postcode: str) -> None:
    assert read_address(text, HOME) == Address("Megan Davies", street, town, postcode)


@pytest.mark.parametrize("text", ["", "York", "12 Mill Lane, York", "YO1 7HH", "to my mother's house", "12345"])
def test_an_incomplete_address_is_none(text: str) -> None:
    assert read_address(text, HOME) is None


def test_the_country_stays_that_of_the_order() -> None:
    assert read_address("8 rue de la Paix, Rennes, 35000", FRENCH) == Address(
        "Luc Martin", "8 rue de la Paix", "Rennes", "35000", "France"
    )
