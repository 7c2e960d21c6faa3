"""All candidates of a run, several at a time, each on its own.

Order of the results is the order of the items. The first candidate is read alone, so that the shared prefix is in the
provider's cache and the endpoint's abilities are known before the others follow. A stop (budget, endpoint) loses
nothing: everybody after it who can be answered from stored replies still is, the others are marked.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from matcher.errors import BudgetReached, MatcherError, ModelUnreachable
from matcher.justify.judge import Judge
from matcher.justify.stage import SecondReader, justify, unread
from matcher.models import Assessment, BlindView, Criteria, Document, Nearest

Item = tuple[BlindView, Document]


@dataclass(frozen=True)
class Setting:
    """What all candidates of a run share."""

    criteria: Criteria
    judge: Judge
    copied: Callable[[str], bool] | None = None
    nearest: Mapping[str, Sequence[Nearest]] = field(default_factory=dict)
    second: SecondReader | None = None


def justify_all(
    items: Iterable[Item],
    criteria: Criteria,
    judge: Judge,
    *,
    concurrency: int = 8,
    copied: Callable[[str], bool] | None = None,
    nearest: Mapping[str, Sequence[Nearest]] | None = None,
    second: SecondReader | None = None,
    on_done: Callable[[Assessment], None] | None = None,
    on_stop: Callable[[MatcherError], None] | None = None,
) -> Iterator[Assessment]:
    """Yield one assessment per item, in order.

    ``on_done`` is called in the caller's thread before each is yielded; ``on_stop`` with the error that stopped the
    run, after the last one. Without ``on_stop`` that error is raised after the last one.
    """
    setting = Setting(criteria, judge, copied, nearest or {}, second)
    stop: MatcherError | None = None
    for assessment, error in _results(items, setting, concurrency):
        stop = stop or error
        if on_done is not None:
            on_done(assessment)
        yield assessment
    if stop is not None and on_stop is not None:
        on_stop(stop)
    elif stop is not None:
        raise stop


Result = tuple[Assessment, MatcherError | None]


def _results(items: Iterable[Item], setting: Setting, concurrency: int) -> Iterator[Result]:
    waiting: deque[Future[Result]] = deque()
    rest = iter(items)
    first = next(rest, None)
    if first is None:
        return
    yield _one(first, setting)
    with ThreadPoolExecutor(max_workers=concurrency) as pool:
        try:
            for item in rest:
                waiting.append(pool.submit(_one, item, setting))
                if len(waiting) >= 2 * concurrency:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _one(item: Item, setting: Setting) -> Result:
    view, document = item
    try:
        near = setting.nearest.get(view.candidate, ())
        return (
            justify(
                view,
                document,
                setting.criteria,
                setting.judge,
                copied=setting.copied,
                nearest=near,
                second=setting.second,
            ),
            None,
        )
    except BudgetReached as error:
        return unread(view, setting.criteria, setting.judge, "budget", "the budget ended before this résumé"), error
    except ModelUnreachable as error:
        return unread(view, setting.criteria, setting.judge, "pending", "the run stopped before this résumé"), error
    except MatcherError:
        raise
    except Exception as error:  # noqa: BLE001 - the boundary of the batch: one candidate's defect is a record
        detail = f"an unexpected {type(error).__name__} while this résumé was read: please report it"
        return unread(view, setting.criteria, setting.judge, "call_failed", detail), None
