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
from matcher.llm.batch import Asked, BatchOutcome, batch_lines, read_batch
from matcher.llm.budget import Budget
from matcher.llm.fake import FunctionLLM, completion
from matcher.llm.gateway import Gateway, Pace, Spending
from matcher.llm.keeping import WorkspaceStore
from matcher.llm.openai_endpoint import OpenAIEndpoint, checked_url, describe
from matcher.llm.opening import embed_texts, open_gateway

__all__ = [
    "Asked",
    "Asker",
    "BatchOutcome",
    "Budget",
    "Endpoint",
    "Failure",
    "Fault",
    "FunctionLLM",
    "Gateway",
    "MemoryStore",
    "OpenAIEndpoint",
    "Pace",
    "Reply",
    "Request",
    "Spending",
    "Store",
    "Usage",
    "WorkspaceStore",
    "batch_lines",
    "checked_url",
    "completion",
    "describe",
    "embed_texts",
    "estimate_tokens",
    "open_gateway",
    "prompt_tokens",
    "read_batch",
]
