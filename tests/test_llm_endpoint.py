"""The OpenAI-compatible endpoint: ladder, parameters, redirects, deadline, addresses. The transport is a function."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from matcher.errors import ConfigError, ModelUnreachable
from matcher.llm import (
    Fault,
    Gateway,
    MemoryStore,
    OpenAIEndpoint,
    Reply,
    Request,
    checked_url,
    completion,
    embed_texts,
)

REQUEST = Request("Read.", "L1| baked bread", "answers", {"type": "object", "properties": {}}, max_tokens=50)
LOCAL = "http://127.0.0.1:9/v1"
Handler = Callable[[httpx2.Request], httpx2.Response]


@pytest.fixture
def open_endpoint() -> Iterator[Callable[..., OpenAIEndpoint]]:
    """A function that opens endpoints whose transport is a function; they are closed afterwards."""
    opened: list[OpenAIEndpoint] = []

    def make(handler: Handler, url: str = LOCAL, **more: Any) -> OpenAIEndpoint:
        endpoint = OpenAIEndpoint("m", base_url=url, api_key="k", transport=httpx2.MockTransport(handler), **more)
        opened.append(endpoint)
        return endpoint

    yield make
    for endpoint in opened:
        endpoint.close()


def ok(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(200, content=completion({"answers": []}))


def refuse(message: str, status: int = 400, **fields: object) -> httpx2.Response:
    return httpx2.Response(status, json={"error": {"message": message, "type": "invalid_request_error", **fields}})


def asked(request: httpx2.Request) -> dict[str, Any]:
    return json.loads(request.content)


def test_the_first_rung_asks_for_a_strict_schema_and_the_client_never_retries(open_endpoint):
    seen = []

    def handler(request):
        seen.append(asked(request))
        return ok(request)

    open_endpoint(handler).send(REQUEST, 5.0)
    assert len(seen) == 1
    assert seen[0]["response_format"]["json_schema"]["strict"] is True
    assert seen[0]["stream"] is False


@pytest.mark.parametrize("status", [400, 422, 500])
def test_a_server_without_schemas_is_asked_rung_by_rung_and_the_rung_is_remembered(open_endpoint, status):
    """llama.cpp's server answers an unknown response_format with status 500 and a validation error."""
    forms: list[str] = []

    def handler(request):
        body = asked(request)
        form = body.get("response_format", {}).get("type") or ("tool" if "tools" in body else "plain")
        forms.append(form)
        if form == "json_schema":
            return refuse("Input should be 'text' or 'json_object': response_format", status)
        if form == "tool":
            return refuse("tools are not supported", status)
        return ok(request)

    store = MemoryStore()
    endpoint = open_endpoint(handler, store=store)
    endpoint.send(REQUEST, 5.0)
    assert forms == ["json_schema", "tool", "json_object"]
    endpoint.send(REQUEST, 5.0)
    open_endpoint(handler, store=store).send(REQUEST, 5.0)
    assert forms[3:] == ["json_object", "json_object"]


def test_a_forced_tool_call_is_an_answer_and_an_unasked_one_is_nothing(open_endpoint):
    def handler(request):
        name = "answers" if handler.forced else "delete_candidate"
        call = {"id": "1", "type": "function", "function": {"name": name, "arguments": '{"answers": []}'}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        return httpx2.Response(200, json={"choices": [{"finish_reason": "tool_calls", "message": message}]})

    gateway = Gateway(open_endpoint(handler))
    for handler.forced, text in ((True, '{"answers": []}'), (False, "")):
        reply = gateway.ask(REQUEST)
        assert isinstance(reply, Reply) and reply.text == text


def test_parameters_that_are_refused_are_left_out_and_the_other_name_of_the_limit_is_tried(open_endpoint):
    bodies = []

    def handler(request):
        body = asked(request)
        bodies.append(body)
        for name in ("temperature", "seed", "max_tokens"):
            if name in body:
                return refuse(f"Unsupported parameter: '{name}' is not supported with this model.", param=name)
        return ok(request)

    open_endpoint(handler).send(REQUEST, 5.0)
    assert bodies[-1]["max_completion_tokens"] == 50
    assert not {"temperature", "seed", "max_tokens"} & set(bodies[-1])


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://api.openai.com/v1", "max_completion_tokens"),
        ("https://firm.openai.azure.com/openai/v1", "max_completion_tokens"),
        ("http://127.0.0.1:8000/v1", "max_tokens"),
        ("https://llm.example.com/v1", "max_tokens"),
    ],
)
def test_the_name_of_the_token_limit_follows_the_address(open_endpoint, url, name):
    assert open_endpoint(ok, url).dialect.limit_name == name


def test_a_limit_that_is_too_large_is_lowered_to_what_the_server_names(open_endpoint):
    limits = []

    def handler(request):
        limits.append(asked(request)["max_tokens"])
        if limits[-1] > 40:
            return refuse("max_tokens is too large: 50. This model supports at most 40 completion tokens.")
        return ok(request)

    open_endpoint(handler).send(REQUEST, 5.0)
    assert limits == [50, 40]


def test_a_redirect_is_refused_and_nothing_is_sent_to_the_other_address(open_endpoint):
    hosts = []

    def handler(request):
        hosts.append(request.url.host)
        return httpx2.Response(307, headers={"location": "http://evil.example/v1/chat/completions"})

    with pytest.raises(Fault) as fault:
        open_endpoint(handler).send(REQUEST, 5.0)
    assert fault.value.kind == "stop"
    assert hosts == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (401, {"message": "bad key"}, "stop"),
        (403, {"message": "no"}, "stop"),
        (404, {"message": "The model `m` does not exist", "code": "model_not_found"}, "stop"),
        (429, {"message": "You exceeded your current quota", "code": "insufficient_quota"}, "stop"),
        (429, {"message": "slow down"}, "retry"),
        (503, {"message": "busy"}, "retry"),
        (400, {"message": "maximum context length is 4096 tokens", "code": "context_length_exceeded"}, "item"),
        (400, {"message": "something else"}, "item"),
    ],
)
def test_a_status_stops_the_run_or_is_tried_again_or_concerns_one_request(open_endpoint, status, error, kind):
    with pytest.raises(Fault) as fault:
        open_endpoint(lambda _: httpx2.Response(status, json={"error": error})).send(REQUEST, 5.0)
    assert fault.value.kind == kind


def test_retry_after_is_read_in_seconds_and_milliseconds(open_endpoint):
    for headers, seconds in (
        ({"retry-after": "7"}, 7.0),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after": "x"}, None),
    ):
        response = httpx2.Response(429, json={"error": {"message": "slow down"}}, headers=headers)
        with pytest.raises(Fault) as fault:
            open_endpoint(lambda _, response=response: response).send(REQUEST, 5.0)
        assert fault.value.after == seconds


class Drip(httpx2.AsyncBaseTransport):
    """A server that sends one byte at a time for ever."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        async def bytes_for_ever():
            while True:
                await asyncio.sleep(0.01)
                yield b" "

        return httpx2.Response(200, content=bytes_for_ever())


def test_a_slow_drip_of_bytes_ends_at_the_deadline():
    with OpenAIEndpoint("m", base_url=LOCAL, transport=Drip()) as endpoint, pytest.raises(Fault) as fault:
        endpoint.send(REQUEST, 0.2)
    assert fault.value.kind == "retry"
    assert fault.value.charged


def test_plain_http_is_refused_unless_it_stays_on_this_machine():
    assert checked_url("http://localhost:11434/v1/") == "http://localhost:11434/v1"
    assert checked_url("https://llm.example.com/v1") == "https://llm.example.com/v1"
    for bad in ("http://llm.example.com/v1", "ftp://127.0.0.1", "127.0.0.1:80", "http://127.0.0.1.evil.example/v1"):
        with pytest.raises(ConfigError):
            checked_url(bad)


def test_a_key_is_needed_for_every_address_but_this_machine():
    with pytest.raises(ConfigError, match="OPENAI_API_KEY"):
        OpenAIEndpoint("m", base_url="https://llm.example.com/v1")


def test_neither_prompt_nor_key_stands_in_a_log(open_endpoint, caplog):
    caplog.set_level("DEBUG")
    open_endpoint(ok).send(REQUEST, 5.0)
    assert "baked bread" not in caplog.text and "Bearer k" not in caplog.text


def test_embeddings_come_back_in_the_order_of_the_texts(open_endpoint):
    def handler(request):
        texts = asked(request)["input"]
        rows = [{"index": i, "embedding": [float(len(text)), 1.0]} for i, text in enumerate(texts)]
        return httpx2.Response(200, json={"data": rows[::-1]})

    embed = embed_texts("e", open_endpoint(handler))
    assert embed(["a", "bcd"] * 40)[:3] == [[1.0, 1.0], [3.0, 1.0], [1.0, 1.0]]


@pytest.mark.parametrize("data", [None, [], [{"index": 0, "embedding": "x"}], [{"index": 5, "embedding": [1.0]}]])
def test_embeddings_that_are_no_vectors_are_refused(open_endpoint, data, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    embed = embed_texts("e", open_endpoint(lambda _: httpx2.Response(200, json={"data": data})))
    with pytest.raises(ModelUnreachable):
        embed(["a"])
