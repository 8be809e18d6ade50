"""A slice of a year (`make year` is all of it): of the weeks in which clocks are turned."""

from datetime import UTC, datetime

import pytest

import year_judge
from year import Year


@pytest.mark.parametrize(
    ("first_day", "days"), [(datetime(2026, 3, 6, tzinfo=UTC), 32), (datetime(2026, 10, 2, tzinfo=UTC), 32)]
)
def test_nothing_is_wrong_with_the_weeks_in_which_clocks_are_turned(
    database_url: str, first_day: datetime, days: int
) -> None:
    """Failures 8, 10, 12, 21, 23 and 24; F45, F80, F82 to F84, F86 to F89, F97 and F115."""
    year = Year(database_url, seed=first_day.month, users=40, days=days, first_day=first_day)
    year.coarseness = 6
    year.run()
    judge = year_judge.Judge(year.record())
    year.close()
    assert judge.violations() == []
    assert judge.checked["attempts"] > 600
    assert judge.checked["occurrences"] > 50
    assert judge.checked["days of routines"] > 300
    assert year.figures.promoted < 2 * len(judge.texts)
