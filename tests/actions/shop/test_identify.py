import pytest

from actions.shop.identify import email_key, order_number_of, same_email


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1042", "1042"),
        (" 1042 ", "1042"),
        ("#1042", "1042"),
        ("FH-1042", "1042"),
        ("fh 204518.", "204518"),
        ("Order no. 1042", "1042"),
        ("order number: 1042", "1042"),
        ("１０４２", "1042"),
        ("104", None),
        ("1042987", None),
        ("1042 or 1043", None),
        ("١٠٤٢", None),
        ("tent", None),
        ("", None),
    ],
)
def test_order_numbers_as_customers_write_them(text, number):
    assert order_number_of(text) == number


def test_a_long_text_is_no_order_number_and_costs_little():
    assert order_number_of("order " * 20_000) is None


def test_emails_are_compared_without_case_and_outer_space():
    assert email_key(" Anna.Keller@Example.COM\n") == "anna.keller@example.com"
    assert same_email("anna@example.com", "ANNA@example.com ")
    assert not same_email("anna@example.com", "anna@example.org")
    assert not same_email("anna@example.com", "")
