"""The reader's network: a small encoder over criterion and line, and a head of four labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_TOKENS = 128


class Reader(nn.Module):
    """Cross-encoder: first token and mean of the tokens, then two layers to four logits."""

    def __init__(self, base: str) -> None:
        from transformers import AutoModel

        super().__init__()
        self.encoder = AutoModel.from_pretrained(base, add_pooling_layer=False, attn_implementation="sdpa")
        width = self.encoder.config.hidden_size
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(2 * width, width), nn.GELU(), nn.Linear(width, 4))

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        """Return logits, shape (batch, 4), in the order of ``corpus.LABELS``."""
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * mask).sum(1) / mask.sum(1)
        return self.head(torch.cat([states[:, 0], mean], -1))


def encode(tokenizer: object, criteria: Sequence[str], lines: Sequence[str]) -> dict[str, torch.Tensor]:
    """Return the padded tensors for pairs of criterion and ``context: line``."""
    return tokenizer(  # type: ignore[operator]
        list(criteria), list(lines), padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt"
    )


def shown(context: str, line: str) -> str:
    """Return the second segment: the context, where there is one, before the line."""
    return f"{context}: {line}" if context else line
