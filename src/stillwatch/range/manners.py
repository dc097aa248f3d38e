"""How honest customers use their accounts: at what pace, with how much patience, and how much they differ."""

from dataclasses import dataclass

from stillwatch.range.marks import assumed, derived


@dataclass(frozen=True, kw_only=True)
class Manners:
    """The pace and patience of honest customers, and of a campaign's end users."""

    think_s: float = assumed(40.0, "median pause of a person between an answer and the next question")
    tool_pause_s: float = assumed(1.5, "median time a tool takes before its result is sent")
    pause_spread: float = assumed(1.0, "sigma of both pauses, which are log-normal")
    rate_spread: float = assumed(0.9, "sigma of the rates of a class's accounts, which are log-normal")
    burstiness: tuple[float, ...] = derived(
        (0.9, 1.0, 1.1, 1.3, 1.6, 2.5),
        "of products, each as likely; quartiles of the coefficient of variation over ServeGen's clients: 1.0, 1.3, 2.5",
    )
    cron_delay_s: float = assumed(8.0, "mean time from the full minute until a job has started and asks")
    one_client_share: float = assumed(0.35, "of accounts do everything through one program with fixed parameters")
    always_reasons_share: float = assumed(
        0.35, "of accounts have reasoning switched on throughout; the others in any share of their sessions"
    )
    opened_during: float = assumed(0.04, "of honest accounts are opened while the range runs")
    opened_until: float = assumed(0.8, "share of the range by whose end these are open")
    fewest_accounts: int = assumed(6, "of a class at any scale")
    group_spread: float = assumed(0.4, "sigma of the sizes of offices, teams and the like, which are log-normal")
    longest_history: int = assumed(24, "messages; clients trim what is older")
    kept_signatures: int = assumed(3, "reasoning signatures sent along with the next request: the latest")
    gist_chars: tuple[int, int] = assumed((160, 1200), "of each message in a summary, and of the whole summary")
    most_retries: int = assumed(4, "of a request that failed, over the same account")
    limited_wait_s: float = assumed(15.0, "before the first retry after a 429")
    failed_wait_s: float = assumed(3.0, "before the first retry after a 5xx")
    wait_growth: float = assumed(1.6, "times as long before each further retry")
    wait_spread: tuple[float, float] = assumed((0.5, 1.5), "times these waits, uniform")
    fallback_s: tuple[float, float] = assumed((0.05, 0.5), "until a router sends the request through another channel")
    ban_noticed_h: float = assumed(1.0, "mean time for which a banned customer goes on trying")
    end_user_spread: float = assumed(1.0, "sigma of the rates of people behind a relay or reseller, log-normal")
    end_user_rhythms: tuple[str, ...] = assumed(("office", "evening"), "whose hours they keep, each as likely")
    end_user_reasons: float = assumed(0.5, "of their sessions have reasoning switched on")
