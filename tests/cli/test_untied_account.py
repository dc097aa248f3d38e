"""An account that nothing ties to others gets an answer, not an error."""

from dataclasses import replace

import pytest

from stillwatch.cli.lookup import look_up
from stillwatch.cli.why import answer_object, answer_text
from stillwatch.errors import InputUnusable
from tests.cli.example_findings import example_findings


def test_an_account_of_the_logs_is_answered_for() -> None:
    """It is in no campaign, and that is said."""
    findings = replace(example_findings(), accounts=("quiet-one", "odd\x1bone"))

    text = answer_text(look_up(findings, "quiet-one"), findings, width=100)

    assert "Account quiet-one is in no campaign." in text
    assert "nothing ties it to others" in text
    assert answer_object(look_up(findings, "odd\\x1bone"), findings)["places"] == []


def test_a_name_that_was_in_no_log_is_an_error_with_help() -> None:
    """Names that come close are offered."""
    findings = replace(example_findings(), accounts=("quiet-one",))

    with pytest.raises(InputUnusable, match=r"no account of that name.*quiet-one"):
        look_up(findings, "quiet-oen")
