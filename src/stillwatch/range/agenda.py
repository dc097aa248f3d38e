"""What happens when: a queue of events in the order of time."""

import heapq
from collections.abc import Callable
from itertools import count

Event = Callable[[float], None]


class Agenda:
    """Events to come. Two at the same instant happen in the order they were entered."""

    def __init__(self) -> None:
        """Start empty."""
        self._heap: list[tuple[float, int, Event]] = []
        self._numbers = count()

    def at(self, when: float, event: Event) -> None:
        """Enter an event, which will be told the time."""
        heapq.heappush(self._heap, (when, next(self._numbers), event))

    def pass_until(self, end: float) -> None:
        """Let everything happen that is due before `end`."""
        while self._heap and self._heap[0][0] < end:
            now, _, event = heapq.heappop(self._heap)
            event(now)
