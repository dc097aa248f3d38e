"""Do many timelines run off one scheduler? Counts that a pool of workers makes and strangers do not.

Statistics of a group of sources, each against the same sources' timelines moved independently of each other
(Null: sources act independently on the scale of the moves; each keeps its rhythm, its bursts and all that is slower):
- coincidences: starts that come within a moment after the end of another source's request, for several moments: a
  worker goes on where another request has ended; and starts that come so after another's start: workers set out
  together;
- gatherings: starts that come within a moment after starts of several other sources: a crew sets out at once;
- spread: the variance over the mean of the number of requests in flight. One full pool keeps it low; machines that are
  switched on and off together raise it.
"""

import numba as nb
import numpy as np

_LOOK_BACK = 64  # ends passed over while looking for one of another source: a lone busy source is not searched further


@nb.njit(cache=True, nogil=True)
def coincidences(start, end, source, moments):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers
    """How many starts lie in (end, end + moment] of a request of another source, for each of the rising `moments`.

    Times and moments in microseconds; a request is never its own predecessor.
    """
    by_start, by_end = np.argsort(start), np.argsort(end)
    return _coincide(start[by_start], source[by_start], end[by_end], source[by_end], moments)


@nb.njit(cache=True, nogil=True)
def _coincide(starts, start_source, ends, end_source, moments):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """`coincidences`, given the sorted starts and ends and the sources beside them: neighbours are looked up."""
    found = np.zeros(len(moments))
    longest = moments[-1]
    j = 0
    for i in range(len(starts)):
        t, own = starts[i], start_source[i]
        while j < len(ends) and ends[j] <= t:
            j += 1
        k = j - 1
        last = max(-1, j - 1 - _LOOK_BACK)
        while k > last and t - ends[k] <= longest:
            if end_source[k] != own:
                waited = t - ends[k]
                for q in range(len(moments)):
                    if waited <= moments[q]:
                        found[q] += 1.0
                break
            k -= 1
    return found


@nb.njit(cache=True, nogil=True)
def gatherings(start, source, moment, others):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """How many starts lie within `moment` after starts of at least that many different other sources."""
    by_start = np.argsort(start)
    return _gather(start[by_start], source[by_start], moment, others)


@nb.njit(cache=True, nogil=True)
def _gather(starts, source, moment, others):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """`gatherings`, given the sorted starts."""
    found = 0.0
    met = np.empty(others, dtype=source.dtype)
    for i in range(len(starts)):
        if _others_before(i, starts, source, moment, met) == others:
            found += 1.0
    return found


@nb.njit(cache=True, nogil=True)
def _others_before(i, starts, source, moment, met):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Write the other sources that start within `moment` before the i-th start into `met`, until it is full."""
    n = 0
    k = i - 1
    last = max(-1, k - _LOOK_BACK)
    while k > last and n < len(met) and starts[i] - starts[k] <= moment:
        one = source[k]
        k -= 1
        new = one != source[i]
        for q in range(n):
            new = new and met[q] != one
        if new:
            met[n] = one
            n += 1
    return n


@nb.njit(cache=True, nogil=True)
def in_flight_spread(start, end):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers
    """Variance over mean of the number in flight, as each start meets it (the request itself left out)."""
    return _spread(np.sort(start), np.sort(end))


@nb.njit(cache=True, nogil=True)
def _spread(starts, ends):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    total = 0.0
    squares = 0.0
    done = 0
    for i in range(len(starts)):
        while done < len(ends) and ends[done] <= starts[i]:
            done += 1
        running = i - done
        total += running
        squares += running * running
    n = len(starts)
    mean = total / n
    if mean <= 0.0:
        return 1.0
    return (squares / n - mean * mean) / mean


@nb.njit(cache=True, nogil=True)
def shifted(start, end, source, free, shifts, moments, together, others, first, span):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """The statistics under each row of `shifts` (rounds, sources), a column each.

    Starts within `moments` after another's end; of those that are `free`, starts within the moments of `together` after
    another's start, and within the first of these after the starts of so many `others`; and the spread. Times are moved
    around the circle from `first` to `first + span`, within which all starts lie.
    """
    rounds, n = shifts.shape[0], len(start)
    out = np.empty((rounds, len(moments) + len(together) + 2))
    moved_start = np.empty_like(start)
    moved_end = np.empty_like(end)
    once_by_start, once_by_end = np.argsort(start), np.argsort(end)
    run = np.empty(n, dtype=np.int64)
    by_start, by_end = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    spare = np.empty(n, dtype=np.int64)
    for r in range(rounds):
        by = shifts[r] % span
        move, moves = _numbered(by)
        for i in range(n):
            at = start[i] + by[source[i]]
            around = at >= first + span
            moved_start[i] = at - span if around else at
            moved_end[i] = moved_start[i] + end[i] - start[i]
            # What is moved by as much, and around the circle or not, stays in order.
            run[i] = 2 * move[source[i]] + around
        # Sorting is most of the work: once a round.
        _merge_runs(once_by_start, moved_start, run, 2 * moves, by_start, spare)
        _merge_runs(once_by_end, moved_end, run, 2 * moves, by_end, spare)
        starts, ends = moved_start[by_start], moved_end[by_end]
        out[r, : len(moments)] = _coincide(starts, source[by_start], ends, source[by_end], moments)
        some = by_start[free[by_start]]
        free_starts, free_source = moved_start[some], source[some]
        out[r, len(moments) : -2] = _coincide(free_starts, free_source, free_starts, free_source, together)
        out[r, -2] = _gather(free_starts, free_source, together[0], others)
        out[r, -1] = _spread(starts, ends)
    return out


@nb.njit(cache=True, nogil=True)
def _numbered(values):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """The place of each value among the different ones, and how many these are."""
    order = np.argsort(values)
    place = np.empty(len(values), dtype=np.int64)
    different = 0
    for k in range(len(order)):
        if k and values[order[k]] != values[order[k - 1]]:
            different += 1
        place[order[k]] = different
    return place, different + 1


@nb.njit(cache=True, nogil=True)
def _merge_runs(order, key, run, runs, out, spare):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Sort by `key` into `out`, given an `order` in which each of so many runs is sorted by it already.

    A few runs are merged in fewer steps than everything is sorted anew.
    """
    n = len(order)
    bounds = np.zeros(runs + 1, dtype=np.int64)
    for i in range(n):
        bounds[run[i] + 1] += 1
    for k in range(runs):
        bounds[k + 1] += bounds[k]
    place = bounds[:-1].copy()
    for i in order:
        out[place[run[i]]] = i
        place[run[i]] += 1
    held, free = out, spare
    while runs > 1:
        left = 0
        for k in range(0, runs, 2):
            low, middle, high = bounds[k], bounds[k + 1], bounds[min(k + 2, runs)]
            a, b = low, middle
            for w in range(low, high):
                if b >= high or (a < middle and key[held[a]] <= key[held[b]]):
                    free[w] = held[a]
                    a += 1
                else:
                    free[w] = held[b]
                    b += 1
            bounds[left] = low
            left += 1
        bounds[left] = n
        runs = left
        held, free = free, held
    if runs == 1 and held is not out:
        out[:] = held


@nb.njit(cache=True, nogil=True)
def covered_until(time, begins, ends, length):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """How much of the time before `time` lies within disjoint stretches; `length` is their running sum from 0."""
    return _covered_to(time, np.searchsorted(begins, time, side="right") - 1, begins, ends, length)


@nb.njit(inline="always", cache=True)
def _covered_to(time, place, begins, ends, length):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """`covered_until`, where `place` is that of the last stretch that begins by then (-1: none)."""
    return np.int64(0) if place < 0 else length[place] + min(time, ends[place]) - begins[place]


@nb.njit(cache=True, nogil=True)
def near_any(time, cover, reach):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """(n,) whether any of the stretches that `covered` gives lies within `reach` of each time."""
    begins, ends, length = cover
    out = np.zeros(len(time), dtype=np.bool_)
    for i in range(len(time)):
        until = covered_until(time[i] + reach, begins, ends, length)
        out[i] = until > covered_until(time[i] - reach, begins, ends, length)
    return out


@nb.njit(cache=True, nogil=True)
def covered(begin, moment, deep):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """The disjoint stretches that lie within `moment` after at least `deep` of the sorted times `begin`.

    Returns their begins, their ends, and how long those before each of them are together.
    """
    n = len(begin)
    begins = np.empty(n, dtype=np.int64)
    ends = np.empty(n, dtype=np.int64)
    length = np.empty(n, dtype=np.int64)
    m = 0
    for i in range(deep - 1, n):
        until = begin[i - deep + 1] + moment
        if until < begin[i]:
            continue
        if m and begin[i] <= ends[m - 1]:
            ends[m - 1] = until
        else:
            begins[m] = begin[i]
            ends[m] = until
            m += 1
    total = 0
    for i in range(m):
        length[i] = total
        total += ends[i] - begins[i]
    return begins[:m].copy(), ends[:m].copy(), length[:m].copy()


@nb.njit(cache=True, nogil=True)
def _last_until(times, time, place):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """The place of the last of the sorted `times` that is not after `time` (-1: none), looked for from `place` on.

    Who asks in the order of time is answered from close by, where a search of all would go through the whole array.
    """
    step = 1
    while place + step < len(times) and times[place + step] <= time:
        place += step
        step *= 2
    high = min(place + step, len(times))
    while high - place > 1:
        middle = (place + high) // 2
        if times[middle] <= time:
            place = middle
        else:
            high = middle
    return place


@nb.njit(cache=True, nogil=True)
def own_pace(start, order, source, group_end, group_source, moment, others, cover, reach, turns, lag):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """For each start: whether so many others of the group ended within `moment` before it, and how likely that was.

    `order` sorts the starts; `group_end` is sorted, `group_source` beside it; `cover` is what `covered` gives for them.
    Returns (n, 4): followed or not; the covered share of the time within `reach` around the start; of the `turns` of
    the `lag` (days, say) before and after that are in the group's time, how many are covered then, and how many there
    are. A source's own ends cover too, which only makes a coincidence count for less.
    """
    begins, ends, length = cover
    out = np.zeros((len(start), 4))
    met = np.empty(others, dtype=group_source.dtype)
    n = len(group_end)
    if n == 0:
        return out
    # Where the answers were for the start before: the ends, the two ends of the time around, and each turn.
    ended, since, until = -1, -1, -1
    at = np.full(2 * turns + 1, -1)
    for i in order:
        t = start[i]
        ended = _last_until(group_end, t, ended)
        place = ended
        last = max(-1, place - _LOOK_BACK)
        seen = 0
        while place > last and seen < others and t - group_end[place] <= moment:
            one = group_source[place]
            place -= 1
            new = one != source[i]
            for q in range(seen):
                new = new and met[q] != one
            if new:
                met[seen] = one
                seen += 1
        out[i, 0] = 1.0 if seen == others else 0.0
        since = _last_until(begins, t - reach, since)
        until = _last_until(begins, t + reach, until)
        near = _covered_to(t + reach, until, begins, ends, length) - _covered_to(t - reach, since, begins, ends, length)
        out[i, 1] = near / (2.0 * reach)
        for turn in range(-turns, turns + 1):
            other = t + turn * lag
            if turn == 0 or other < group_end[0] or other > group_end[n - 1] + moment:
                continue
            out[i, 3] += 1.0
            place = _last_until(begins, other, at[turn + turns])
            at[turn + turns] = place
            if place >= 0 and other <= ends[place]:
                out[i, 2] += 1.0
    return out


@nb.njit(cache=True, nogil=True)
def successions(start, end, source, moment):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Which source's request ended within `moment` before which other source's began: all pairs, as two arrays."""
    by_start, by_end = np.argsort(start), np.argsort(end)
    n = 0
    first = np.empty(0, dtype=np.int32)
    second = np.empty(0, dtype=np.int32)
    for writing in (False, True):
        if writing:
            first = np.empty(n, dtype=np.int32)
            second = np.empty(n, dtype=np.int32)
        n = 0
        j = 0
        for s in by_start:
            t = start[s]
            while j < len(by_end) and end[by_end[j]] <= t:
                j += 1
            k = j - 1
            last = max(-1, k - _LOOK_BACK)
            while k > last and t - end[by_end[k]] <= moment:
                if source[by_end[k]] != source[s]:
                    if writing:
                        first[n] = source[by_end[k]]
                        second[n] = source[s]
                    n += 1
                k -= 1
    return first, second


@nb.njit(cache=True, nogil=True)
def crew_mates(start, source, moment, others):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Who set out in one crew: each start with the starts of different others within `moment` before it, as two arrays.

    Only where there are at least that many `others`.
    """
    by_start = np.argsort(start)
    starts, by = start[by_start], source[by_start]
    n = 0
    first = np.empty(0, dtype=np.int32)
    second = np.empty(0, dtype=np.int32)
    met = np.empty(_LOOK_BACK, dtype=np.int32)
    for writing in (False, True):
        if writing:
            first = np.empty(n, dtype=np.int32)
            second = np.empty(n, dtype=np.int32)
        n = 0
        for i in range(len(by_start)):
            m = _others_before(i, starts, by, moment, met)
            if m >= others:
                if writing:
                    first[n : n + m] = met[:m]
                    second[n : n + m] = by[i]
                n += m
    return first, second
