"""What every training here shares: batches of like length, and steps under a rising and falling rate."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

import torch
from torch import nn

if TYPE_CHECKING:
    from model import Reader
    from tag_train import Network

Row = TypeVar("Row")


def batches(rows: Sequence[Row], size: int, rng: random.Random, length: Callable[[Row], int]) -> Iterator[list[Row]]:
    """Yield batches of rows of like length, in random order."""
    rows = list(rows)
    rng.shuffle(rows)
    made = []
    for start in range(0, len(rows), size * 25):
        chunk = sorted(rows[start : start + size * 25], key=length)
        made += [chunk[i : i + size] for i in range(0, len(chunk), size)]
    rng.shuffle(made)
    yield from made


class Steps:
    """AdamW with a rate of its own for the head; both rise over the first steps, then fall to a fiftieth."""

    def __init__(
        self, model: Reader | Network, rate: float, head_rate: float, steps: int, warm: float = 0.06, every: int = 50
    ) -> None:
        self._model, self._steps, self._every = model, steps, every
        self._optimizer = torch.optim.AdamW(
            [
                {"params": model.encoder.parameters(), "lr": rate},
                {"params": model.head.parameters(), "lr": head_rate},
            ],
            weight_decay=0.01,
        )
        self._schedule = torch.optim.lr_scheduler.LambdaLR(
            self._optimizer, lambda i: min(1, (i + 1) / (warm * steps)) * max(0.02, 1 - i / steps)
        )
        self._taken = 0
        self._begun = time.time()

    def take(self, loss: torch.Tensor) -> None:
        """Go one step down a loss; now and then print where training stands."""
        loss.backward()
        nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        self._optimizer.step()
        self._schedule.step()
        self._optimizer.zero_grad()
        self._taken += 1
        if self._taken % self._every == 0:
            print(self._taken, self._steps, f"{loss.item():.3f}", f"{time.time() - self._begun:.0f}s", flush=True)
