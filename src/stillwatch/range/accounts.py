"""Who is billed: accounts as the provider's sign-up desk sees them, and how they connect."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from stillwatch.range.clients import Client
from stillwatch.range.models import Model
from stillwatch.range.tables import ACCOUNTS, TRUTH


@dataclass(slots=True, kw_only=True, eq=False)
class Account:
    """One billed account: its record, its way in, and the truth about it."""

    account_id: str
    created_at: float
    organisation: str | None = None
    plan: str = "payg"
    verification_level: str = "email"
    billing_country: str | None = None
    email_domain: str | None = None
    payment_fingerprint: str | None = None
    payment_bin: str | None = None
    signup_ip: str | None = None
    signup_device: str | None = None
    authorised_use: str | None = None

    channel: str = "api"
    client: Client
    exits: Sequence[str]
    """Addresses it is used from; the first is the usual one."""
    credentials: Sequence[str]
    names_sessions: bool = True
    """Whether its client sends a session id."""
    utc_offset: float = 0.0
    """Hours by which its people's clocks run ahead of UTC."""

    models: tuple[Model, ...] = ()
    """Models it has settled on, the main one first; the provider fills them in."""

    kind: str = ""
    campaign_id: str | None = None
    actor: str | None = None

    banned_at: float = float("inf")
    allowance: float = field(default=0.0)
    """Requests it may still send this minute; kept by the provider."""
    refilled_at: float = field(default=0.0)


class Register:
    """All accounts of a range, in the order they came."""

    def __init__(self) -> None:
        """Start with nobody."""
        self.accounts: list[Account] = []
        self._known: dict[str, Account] = {}

    def admit(self, accounts: Iterable[Account]) -> None:
        """Enter accounts."""
        for account in accounts:
            self.accounts.append(account)
            self._known[account.account_id] = account

    def suspend(self, account_ids: Iterable[str], now: float) -> None:
        """Ban the accounts that somebody who watches the log has named."""
        for account_id in account_ids:
            account = self._known.get(account_id)
            if account is not None:
                account.banned_at = min(account.banned_at, now)

    def records(self) -> pa.Table:
        """Return the accounts table, sorted by id so that its order tells nothing."""
        return _table(self._by_id(), ACCOUNTS)

    def truth(self) -> pa.Table:
        """Return the truth table, sorted by id."""
        return _table(self._by_id(), TRUTH)

    def _by_id(self) -> list[Account]:
        return sorted(self.accounts, key=lambda account: account.account_id)


def _table(accounts: list[Account], schema: pa.Schema) -> pa.Table:
    arrays = []
    for column in schema:
        values: list[object] = [getattr(account, column.name) for account in accounts]
        if pa.types.is_timestamp(column.type):
            values = np.rint(np.array(values, np.float64) * 1e6).astype(np.int64).tolist()
        arrays.append(pa.array(values, column.type))
    return pa.Table.from_arrays(arrays, schema=schema)
