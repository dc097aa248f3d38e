"""Accounts are the operator's choice, addresses the trusted hop's, and keys never travel."""

import hashlib
import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.errors import BadRecord, InputUnusable
from stillwatch.read.identity import (
    ACCOUNT_BY,
    Claims,
    account_of,
    address,
    check_account_by,
    client_address,
    dig,
    key_digest,
    without_own_entry,
)

CLAIMS = Claims("user-1", "team-1", "org-1", "a" * 64)


@pytest.mark.parametrize(
    ("account_by", "claims", "expected"),
    [
        ("auto", CLAIMS, "user-1"),
        ("auto", Claims(None, "team-1", "org-1", "a" * 64), "team-1"),
        ("auto", Claims("", " ", "org-1", "a" * 64), "a" * 64),
        ("auto", Claims(17, None, None, None), "17"),
        ("user", CLAIMS, "user-1"),
        ("team", CLAIMS, "team-1"),
        ("organisation", CLAIMS, "org-1"),
        ("key", CLAIMS, "a" * 64),
        ("field:tenant", CLAIMS, "tenant-9"),
        ("field:nested.id", CLAIMS, "7"),
    ],
)
def test_the_account_is_the_operators_choice(account_by: str, claims: Claims, expected: str) -> None:
    """By default the key's user is billed, else its team, else the key; the operator may choose any other."""
    record = {"tenant": "tenant-9", "nested": {"id": 7}}

    assert account_of(record, claims, account_by) == expected


@pytest.mark.parametrize(
    ("account_by", "claims"),
    [
        ("auto", Claims(organisation="org-1")),
        ("team", Claims(user="user-1")),
        ("auto", Claims(user=True, team=1.5, key=[])),
        ("auto", Claims("x" * 1025)),
        ("field:absent", CLAIMS),
        ("field:nested", CLAIMS),
    ],
)
def test_without_an_account_a_record_is_set_aside(account_by: str, claims: Claims) -> None:
    """A record that names nobody to bill, as the operator wants it, is rejected with what to do about it."""
    with pytest.raises(BadRecord, match="no account"):
        account_of({"nested": {"id": 7}}, claims, account_by)


@pytest.mark.parametrize("account_by", ["", "users", "field:", "FIELD:x"])
def test_an_unknown_choice_is_refused_as_a_whole(account_by: str) -> None:
    """A choice that does not exist is the operator's to correct, not a fault of each record."""
    with pytest.raises(InputUnusable, match="--account-by takes one of"):
        check_account_by(account_by)
    with pytest.raises(InputUnusable, match="--account-by takes one of"):
        account_of({}, CLAIMS, account_by)


@pytest.mark.parametrize("account_by", [*ACCOUNT_BY[:-1], "field:a.b"])
def test_every_choice_that_is_offered_is_taken(account_by: str) -> None:
    """What `--account-by` offers is accepted."""
    check_account_by(account_by)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.b.c", 1),
        ("a.b.d.1.e", 2),
        ("json.inner.0", "x"),
        ("a.b", None),
        ("a.b.d.9", None),
        ("a.b.d.x", None),
        ("nothing", None),
    ],
)
def test_paths_lead_through_dots_lists_and_json_text(path: str, expected: object) -> None:
    """A dotted path finds keys that hold dots, items of lists, and what is kept as JSON text."""
    record = {"a.b": {"c": 1, "d": [0, {"e": 2}]}, "json": '{"inner": ["x"]}'}

    assert dig(record, path) == (record["a.b"] if path == "a.b" else expected)


@pytest.mark.parametrize(
    "key", ["sk-1234", "Bearer abc", "AIzaSyA-abcdefghijklmnop", "a-very-long-key-of-some-kind", "sk_x"]
)
def test_secrets_become_digests(key: str) -> None:
    """What may be a secret is known by its SHA-256 only, the digest that LiteLLM logs too."""
    assert key_digest(key) == hashlib.sha256(key.encode()).hexdigest()


@pytest.mark.parametrize(
    "key", ["a" * 64, "sha256:" + "b" * 64, "seat-12", "7", "01234567-89ab-cdef-0123-456789abcdef"]
)
def test_digests_and_seats_stay_as_they_are(key: str) -> None:
    """Digests, numbers of seats and identifiers of keys hide nothing, and stay readable."""
    assert key_digest(key) == key


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("198.51.100.4", "198.51.100.4"),
        ("198.51.100.4:5555", "198.51.100.4"),
        ("2001:DB8::1", "2001:db8::1"),
        ("[2001:db8::1]:5555", "2001:db8::1"),
        ('"[2001:db8::1]"', "2001:db8::1"),
        ("::ffff:198.51.100.4", "198.51.100.4"),
        ("fe80::1%eth0", "fe80::1"),
        (" for=198.51.100.4", "198.51.100.4"),
        ("0.0.0.0", None),  # noqa: S104 - what some loggers write for nobody
        ("::", None),
        ("unknown", None),
        ("_hidden", None),
        ("198.51.100.256", None),
        ("1.2.3.4.5", None),
        ("[", None),
        ("", None),
    ],
)
def test_addresses(text: str, expected: str | None) -> None:
    """IPv4 and IPv6 are read with ports, brackets, quotes and zones; anything else is no address."""
    assert address(text) == expected


@given(text=st.text())
def test_any_text_is_an_address_or_none(text: str) -> None:
    """Whatever a header holds, what comes out is an address that can be parsed, or nothing."""
    found = address(text)

    assert found is None or str(ipaddress.ip_address(found)) == found


@pytest.mark.parametrize(
    ("hops", "expected"), [(0, "10.0.0.9"), (1, "10.0.0.2"), (2, "198.51.100.7"), (3, "203.0.113.66"), (4, None)]
)
def test_the_nth_entry_from_the_right_is_the_client(hops: int, expected: str | None) -> None:
    """With n trusted proxies the n-th entry from the right is the client; a list that is too short names nobody."""
    assert client_address("10.0.0.9", "203.0.113.66, 198.51.100.7:1234,10.0.0.2", hops) == expected


@given(forged=st.lists(st.ip_addresses().map(str), max_size=5))
def test_what_a_client_writes_changes_nothing(forged: list[str]) -> None:
    """Entries that a client puts in front of the trusted ones never become its address."""
    header = ", ".join([*forged, "198.51.100.7", "10.0.0.2"])

    assert client_address("10.0.0.9", header, 0) == "10.0.0.9"
    assert client_address("10.0.0.9", header, 2) == "198.51.100.7"


def test_a_gateway_that_logs_the_whole_header_is_not_believed_without_a_hop() -> None:
    """A list in the peer's place is a forwarded list: nobody's address until a hop is trusted."""
    whole = "203.0.113.66, 198.51.100.7"

    assert client_address(whole, None, 0) is None
    assert client_address(whole, None, 1) == "198.51.100.7"


def test_a_header_sent_twice_is_one_list() -> None:
    """Several headers of one name are read as one list, in order."""
    assert client_address(None, ["203.0.113.66", "198.51.100.7, 10.0.0.2"], 2) == "198.51.100.7"


def test_envoys_own_entry_is_not_counted() -> None:
    """Envoy has added its peer to the list that it logs: that entry is not one of the proxies in front."""
    logged = "203.0.113.66, 198.51.100.7, 10.0.0.2"

    assert without_own_entry(logged, "10.0.0.2:4711") == ["203.0.113.66", "198.51.100.7"]
    assert without_own_entry(logged, "10.0.0.3:4711") == ["203.0.113.66", "198.51.100.7", "10.0.0.2"]
    assert without_own_entry(None, None) == []
