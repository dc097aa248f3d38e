"""How a pool of workers is planned and how its workers behave, a campaign's as a contract distiller's."""

from dataclasses import dataclass

from stillwatch.range.marks import assumed


@dataclass(frozen=True, kw_only=True)
class Workers:
    """How worker pools are sized, switched on and kept going."""

    fewest: int = assumed(4, "workers of a pool at any scale")
    accounts_each: float = assumed(6.0, "accounts for which a pool has a worker at least")
    busiest: float = assumed(0.9, "of the time a pool may be switched on before it gets more workers")
    shifts_per_day: float = assumed(3.0, "how often a pool is switched on; synchronised timing is a fact (S1)")
    round_the_clock: float = assumed(0.95, "of the time switched on, above which a pool is never switched off")
    shift_stretch: tuple[float, float] = assumed((1.0, 1.6), "times a shift's length, uniform: its ragged end")
    start_spread_s: float = assumed(2.0, "within which all workers of a shift begin")
    pause_s: float = assumed(0.4, "mean time from an answer to a worker's next request")
    pause_spread: tuple[float, float] = assumed((0.5, 1.5), "times this pause, uniform")
    planned_first_token_s: float = assumed(1.0, "to the first token, as whoever plans a pool reckons")
    planned_tokens_per_s: float = assumed(65.0, "from then on, as whoever plans a pool reckons")
    reasons: float = assumed(0.7, "of requests with reasoning switched on")
    most_tries: int = assumed(6, "of one request before it is given up")
    next_account_s: tuple[float, float] = assumed((0.1, 1.5), "until a refused request is sent over another account")
    same_account_s: tuple[float, float] = assumed(
        (2, 20), "until one that failed, or that a cautious campaign saw refused, is sent again"
    )
    no_account_s: float = assumed(20.0, "how long a worker waits where no account is left to send over")
