"""A score as a few lines of text."""

from stillwatch.cli.inert import inert
from stillwatch.cli.words import counted, listed, moment, percent
from stillwatch.range.score import Leak, Look, Rate, Score, TierScore


def score_lines(found: Score) -> list[str]:
    """Tell a score in lines for a terminal; names out of files are inert."""
    lines = [f"{counted(found.accounts, 'account')}, {found.hostile:,} of them in campaigns"]
    for tier in found.tiers:
        lines += _tier(tier)
    grouping = found.grouping
    purity = "-" if grouping.purity is None else f"{grouping.purity:.3f}"
    shown = "-" if grouping.purity_of_shown is None else f"{grouping.purity_of_shown:.3f}"
    lines.append(
        f"{counted(grouping.found, 'campaign')} found, purity {purity} ({shown} of those at review or act), "
        f"{grouping.merged} of them merged"
    )
    if grouping.groups_per_campaign is not None:
        lines.append(
            f"each true campaign that was found fell into {grouping.groups_per_campaign:.2f} groups on average"
        )
    error = "-" if found.calibration.ece is None else f"{found.calibration.ece:.4f}"
    lines.append(f"confidence: Brier score {found.calibration.brier:.4f}, expected calibration error {error}")
    if found.looks:
        last = found.looks[-1]
        lines.append(
            f"{counted(len(found.looks), 'scan')} in time order, to {moment(last.at)} UTC, put "
            f"{counted(last.contained, 'account')} into tier {found.contained_at} or above at some time, "
            f"{last.honest:,} of them honest{classes_words(last)}"
        )
        lines += [f"  {inert(leak.campaign_id)}: {leak_words(leak)}" for leak in found.leaks]
    return lines


def leak_words(leak: Leak) -> str:
    """Say what one campaign got, when it was noticed, and whether it came back."""
    share = leak.leaked / max(1, leak.exchanges)
    parts = [f"{leak.leaked:,} of {counted(leak.exchanges, 'exchange')} leaked ({percent(share)})", detected(leak)]
    if leak.returned:
        parts.append(came_back(leak))
    return ", ".join(parts)


def classes_words(look: Look) -> str:
    """Say of which classes the honest accounts were that had been contained, or nothing."""
    classes = [f"{inert(kind)} {accounts:,}" for kind, accounts in look.honest_by_class.items()]
    return f" ({', '.join(classes)})" if classes else ""


def detected(leak: Leak) -> str:
    """Say how long after its first request a campaign's first account was contained."""
    return "never contained" if leak.hours_to_detect is None else f"first contained after {leak.hours_to_detect:.1f} h"


def came_back(leak: Leak) -> str:
    """Say how many accounts were opened after that, and what became of them."""
    if not leak.returned:
        return "no account opened since"
    later = "" if leak.hours_to_contain_again is None else f" ({leak.hours_to_contain_again:.1f} h after it opened)"
    return f"{counted(leak.returned, 'account')} opened since, {leak.returned_contained:,} contained in turn{later}"


def rate_words(rate: Rate) -> str:
    """Write a share with its interval, or a dash where there is nothing to count."""
    return "-" if rate.share is None else f"{rate.share:.3f} ({rate.low:.3f} to {rate.high:.3f})"


def _tier(tier: TierScore) -> list[str]:
    lines = [f"{tier.tier:<7} or above: precision {rate_words(tier.precision)} recall {rate_words(tier.recall)}"]
    accused = [f"{inert(kind)} {rate.hits}/{rate.of}" for kind, rate in tier.accused_by_class.items() if rate.hits]
    missed = [inert(name) for name, rate in tier.recall_by_campaign.items() if not rate.hits]
    if accused:
        lines.append(f"        honest accounts named: {', '.join(accused)}")
    if missed:
        lines.append(f"        nothing found of {listed(missed)}")
    return lines
