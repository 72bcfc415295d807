from datetime import date

import pytest

from actions.shop.working_days import add_working_days, bank_holidays, is_delivery_day, is_working_day


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2025, ["01-01", "04-18", "04-21", "05-05", "05-26", "08-25", "12-25", "12-26"]),
        (2026, ["01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"]),
        (2027, ["01-01", "03-26", "03-29", "05-03", "05-31", "08-30", "12-27", "12-28"]),
        (2028, ["01-03", "04-14", "04-17", "05-01", "05-29", "08-28", "12-25", "12-26"]),
    ],
)
def test_bank_holidays_of_england(year, days):
    assert sorted(day.strftime("%m-%d") for day in bank_holidays(year)) == days


def test_a_saturday_is_for_delivery_and_not_for_work():
    saturday, sunday = date(2026, 6, 6), date(2026, 6, 7)
    assert (is_working_day(saturday), is_delivery_day(saturday)) == (False, True)
    assert (is_working_day(sunday), is_delivery_day(sunday)) == (False, False)


def test_working_days_skip_weekends_and_bank_holidays():
    assert add_working_days(date(2026, 4, 2), 1) == date(2026, 4, 7)
    assert add_working_days(date(2026, 6, 5), 5) == date(2026, 6, 12)
    assert add_working_days(date(2026, 6, 6), 0) == date(2026, 6, 6)
