"""The only door to a model: deadline, retries, store, budget, schema ladder. Nothing else imports openai."""

from matcher.llm.asking import (
    Asker,
    Endpoint,
    Failure,
    Fault,
    MemoryStore,
    Reply,
    Request,
    Store,
    Usage,
    estimate_tokens,
    prompt_tokens,
)
from matcher.llm.budget import Budget
from matcher.llm.fake import FunctionLLM, completion
from matcher.llm.gateway import Gateway, Pace, Spending

__all__ = [
    "Asker",
    "Budget",
    "Endpoint",
    "Failure",
    "Fault",
    "FunctionLLM",
    "Gateway",
    "MemoryStore",
    "Pace",
    "Reply",
    "Request",
    "Spending",
    "Store",
    "Usage",
    "completion",
    "estimate_tokens",
    "prompt_tokens",
]
