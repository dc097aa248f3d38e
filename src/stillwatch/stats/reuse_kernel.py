"""How much likelier one hand makes a group's shared tokens than strangers do: a mixture over reuse.

Model: each source of a group draws its tokens from the background (frequency f of each token among all sources) or,
with probability `reuse`, takes up a token that others of the group hold (share g of the group's mass). The ratio of
the two is (1 - reuse) + reuse * sum_t w_t g_t / f_t, with w_t the share of the source that token t is.
Null: sources draw from the background independently of the group. Taken in sequence, with g from earlier sources
only, the product of the ratios is an e-value (its mean under the null is at most 1), so its log2 is evidence in bits
that survives looking at many groups by Markov's inequality (Shafer 2021; Ramdas et al. 2023, section 2).
A token may be taken to be so many times `commoner` than among all: what is rare in a log need not be so where a group
lives. For larger f the ratios are smaller, so that the product is an e-value all the same.
"""

import numba as nb
import numpy as np


@nb.njit(cache=True, nogil=True)
def leave_one_out(members, r, by_account, held, weight, known, frequency, commoner, barred, reuse, mass, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Write each member's likelihood ratio against the others, weighted by their membership `r`, into `out`.

    `barred` is the place of a token that does not count (the one that proposed the group), or -1. `mass` is zeroed
    scratch of one float a token and is zeroed again on return. Returns the expected reuse, for the next round.
    """
    total = 0.0
    for i in range(len(members)):
        a = members[i]
        if known[a]:
            total += r[i]
            for j in range(by_account[a], by_account[a + 1]):
                mass[held[j]] += r[i]
    reused = 0.0
    seen = 0.0
    for i in range(len(members)):
        a = members[i]
        out[i] = 1.0
        others = total - r[i]
        if not known[a] or others <= 0.5:
            continue
        ratio = 0.0
        for j in range(by_account[a], by_account[a + 1]):
            token = held[j]
            if token != barred:
                share = max(mass[token] - r[i], 0.0) / others
                ratio += weight[j] * share / min(1.0, commoner * frequency[token])
        out[i] = (1.0 - reuse) + reuse * ratio
        seen += r[i]
        reused += r[i] * reuse * ratio / out[i]
    for i in range(len(members)):
        a = members[i]
        if known[a]:
            for j in range(by_account[a], by_account[a + 1]):
                mass[held[j]] = 0.0
    return reused / seen if seen > 0.0 else reuse


@nb.njit(cache=True, nogil=True)
def in_sequence(members, by_account, held, weight, known, frequency, commoner, barred, reuse, mass):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Log2 of the e-value of the group's reuse, each member judged by those before it only."""
    bits = 0.0
    before = 0.0
    for i in range(len(members)):
        a = members[i]
        if not known[a]:
            continue
        if before > 0.0:
            ratio = 0.0
            for j in range(by_account[a], by_account[a + 1]):
                token = held[j]
                if token != barred:
                    ratio += weight[j] * (mass[token] / before) / min(1.0, commoner * frequency[token])
            bits += np.log2((1.0 - reuse) + reuse * ratio)
        before += 1.0
        for j in range(by_account[a], by_account[a + 1]):
            mass[held[j]] += 1.0
    for i in range(len(members)):
        a = members[i]
        if known[a]:
            for j in range(by_account[a], by_account[a + 1]):
                mass[held[j]] = 0.0
    return bits


@nb.njit(cache=True, nogil=True)
def quick_bits(group_bounds, group_members, by_account, held, weight, known, frequency, commoner, reuse, mass, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """`in_sequence` for many groups at once: group k is group_members[group_bounds[k] : group_bounds[k + 1]]."""
    for k in range(len(group_bounds) - 1):
        members = group_members[group_bounds[k] : group_bounds[k + 1]]
        out[k] = in_sequence(members, by_account, held, weight, known, frequency, commoner[k], -1, reuse, mass)
