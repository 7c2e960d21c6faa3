"""Searching over shards gives what one index over everything gives, and a shard that is gone is said."""

import sqlite3
from pathlib import Path

import pytest
from fakes import criteria, criterion
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import Filter, HashEmbedder, Index, Item, Passage
from index.shards import Shard, ShardedIndex
from matcher import rank
from matcher.models import Criteria

_TEXT = "lead team sales plan budget nurse ward night shift python kafka stream lesson reading class"
WORDS = _TEXT.split()


def items_of(texts: list[list[str]]) -> list[Item]:
    made = []
    for number, lines in enumerate(texts):
        passages = tuple(Passage(((f"L{n}", line),)) for n, line in enumerate(lines))
        made.append(Item(f"cand:{number:03d}", passages, language="en" if number % 3 else "de"))
    return made


def index_of(items: list[Item], folder: Path) -> Index:
    made = Index(sqlite3.connect(":memory:", isolation_level=None), folder, HashEmbedder())
    made.add(items)
    return made


def sharded(items: list[Item], count: int, folder: Path, gone: frozenset[int] = frozenset()) -> ShardedIndex:
    shards = [Shard(index_of(items[start::count], folder / str(start))) for start in range(count)]

    def ask(number: int, method: str, arguments: tuple) -> object:
        if number in gone:
            raise ConnectionError
        return getattr(shards[number], method)(*arguments)

    return ShardedIndex(ask, count, index_of([], folder / "local"))


def wanted() -> Criteria:
    return criteria(criterion("Q1", text="lead a sales team"), criterion("Q2", text="night shift on a ward"))


LINES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
POOLS = st.lists(st.lists(LINES, min_size=0, max_size=4), min_size=1, max_size=14)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=POOLS, count=st.integers(1, 4), head=st.integers(1, 5))
def test_a_ranking_over_shards_equals_the_ranking_of_one_index(tmp_path: Path, texts, count: int, head: int) -> None:
    items = items_of(texts)
    one = rank.rank(wanted(), "lead the sales team on the night shift", index_of(items, tmp_path), head=head)
    many = rank.rank(wanted(), "lead the sales team on the night shift", sharded(items, count, tmp_path), head=head)
    assert many.ranked == one.ranked
    assert many.cut == one.cut


def test_a_large_pool_is_narrowed_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matcher.rank.order.PLAUSIBLE", 4)
    items = items_of([[WORDS[n % 15] + " " + WORDS[(n * 7) % 15], WORDS[(n * 3) % 15]] for n in range(30)])
    one = rank.rank(wanted(), "lead the sales team", index_of(items, tmp_path), head=1)
    many = rank.rank(wanted(), "lead the sales team", sharded(items, 3, tmp_path), head=1)
    assert many.ranked == one.ranked


def test_filters_reach_every_shard(tmp_path: Path) -> None:
    items = items_of([["lead the team"], ["night shift"], ["lead"], ["ward"]])
    found = sharded(items, 2, tmp_path).pool(Filter(languages=("de",)))
    assert found.ids == ("cand:000", "cand:003")


def test_an_item_on_two_shards_counts_once(tmp_path: Path) -> None:
    items = items_of([["lead the team"], ["night shift"], ["ward"]])
    shards = [Shard(index_of(items[:2], tmp_path / "a")), Shard(index_of(items[1:], tmp_path / "b"))]
    made = ShardedIndex(lambda n, m, a: getattr(shards[n], m)(*a), 2, index_of([], tmp_path / "c"))
    one = rank.rank(wanted(), "lead", index_of(items, tmp_path / "d"))
    assert rank.rank(wanted(), "lead", made).ranked == one.ranked


def test_a_missing_shard_is_said_and_the_others_answer(tmp_path: Path) -> None:
    items = items_of([["lead the team"], ["night shift"], ["ward"]])
    made = sharded(items, 3, tmp_path, gone=frozenset({1}))
    ranking = rank.rank(wanted(), "lead", made)
    assert [entry.candidate for entry in ranking.ranked] == ["cand:000", "cand:002"]
    assert made.missing == (1,)
    assert "1 of 3 shards did not answer" in ranking.policy
