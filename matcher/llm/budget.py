"""Money before it is spent: every call reserves its worst case, and gives back what it did not use.

Invariant: no call starts whose worst case would take ``spent + reserved`` above the limit.
What an endpoint reports beyond the worst case is booked as reported, because that is what it will charge.
"""

from __future__ import annotations

import threading

from matcher.errors import BudgetReached


class Budget:
    """A limit of tokens shared by concurrent calls; None means no limit. Thread-safe."""

    def __init__(self, limit: int | None = None) -> None:
        self.limit = limit
        self.spent = 0
        self._reserved = 0
        self._closed: str | None = None
        self._changed = threading.Condition()

    def reserve(self, tokens: int) -> None:
        """Set ``tokens`` aside, waiting for running calls to give back what they do not need.

        Raises:
            BudgetReached: the worst case of this call does not fit into what is left; from then on nothing is
                reserved, so that a short résumé does not overtake a long one.
        """
        with self._changed:
            while self._closed is None and not self._fits(tokens):
                if self._reserved == 0:
                    self._closed = self._message(tokens)
                    break
                self._changed.wait()
            if self._closed is not None:
                self._changed.notify_all()
                raise BudgetReached(self._closed)
            self._reserved += tokens

    def settle(self, reserved: int, used: int) -> None:
        """Book what a call used and give the rest of its reservation back."""
        with self._changed:
            self._reserved -= reserved
            self.spent += used
            self._changed.notify_all()

    def _fits(self, tokens: int) -> bool:
        return self.limit is None or self.spent + self._reserved + tokens <= self.limit

    def _message(self, tokens: int) -> str:
        left = (self.limit or 0) - self.spent
        return (
            f"The budget of {self.limit} tokens is reached: the next call may need {tokens}, {left} are left. "
            "Finished work is kept; run again with a larger --budget to go on."
        )
