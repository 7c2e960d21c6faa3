"""Any sequence of adding, replacing, deleting, compacting and reopening leaves what a fresh index would hold."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from index import Item, Policy
from tests.fakes_index import SMALL, answers, item, open_index

NUMBERS = st.integers(0, 14)


class Life(RuleBasedStateMachine):
    """An index beside a plain dictionary of what it should hold."""

    policy = SMALL

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="index-life-"))
        self.index = open_index(self.folder, self.policy)
        self.held: dict[str, Item] = {}

    def teardown(self) -> None:
        self.index._store.connection.close()
        shutil.rmtree(self.folder)

    @rule(numbers=st.lists(NUMBERS, min_size=1, max_size=6), seed=st.integers(0, 2))
    def add(self, numbers: list[int], seed: int) -> None:
        found = [item(number, seed) for number in numbers]
        changed = {one.id for one in found if self.held.get(one.id) != one}
        assert self.index.add(found) == len(changed)
        self.held.update((one.id, one) for one in found)

    @rule(numbers=st.lists(NUMBERS, min_size=1, max_size=4))
    def delete(self, numbers: list[int]) -> None:
        ids = {item(number).id for number in numbers}
        assert self.index.delete(ids) == len(ids & set(self.held))
        for one in ids:
            self.held.pop(one, None)

    @rule()
    def ask(self) -> None:
        answers(self.index)

    @rule()
    def compact(self) -> None:
        self.index.compact()

    @rule()
    def reopen(self) -> None:
        self.index._store.connection.close()
        self.index = open_index(self.folder, self.policy)

    @rule()
    def lose_the_cache(self) -> None:
        shutil.rmtree(self.folder / "cache", ignore_errors=True)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def damage_a_file(self, data: st.DataObject) -> None:
        for path in sorted((self.folder / "cache").rglob("*.ixc")):
            content = bytearray(path.read_bytes())
            place = data.draw(st.integers(0, len(content) - 1))
            content[place] ^= 1 << data.draw(st.integers(0, 7))
            path.write_bytes(bytes(content))

    @invariant()
    def holds_exactly_what_was_put(self) -> None:
        assert len(self.index) == len(self.held)
        assert set(self.index.pool().ids) == set(self.held)

    @rule()
    def equals_a_fresh_index(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            fresh = open_index(Path(folder), Policy())
            fresh.add(sorted(self.held.values(), key=lambda one: one.id))
            assert answers(self.index) == answers(fresh)
            queries = fresh.queries(["kafka pipelines", "icu"])
            if self.policy.exact_limit > len(self.held):
                assert self.index.pool().find(queries, 5).tolist() == fresh.pool().find(queries, 5).tolist()
            fresh._store.connection.close()


class LargeLife(Life):
    """The same with an approximate index from three items on: what is scored is scored exactly."""

    policy = Policy(exact_limit=3, cache_from=1, recall=0.5)


_QUICK = settings(
    max_examples=12, stateful_step_count=15, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)  # fmt: skip
TestLife = Life.TestCase
TestLife.settings = _QUICK
TestLargeLife = LargeLife.TestCase
TestLargeLife.settings = settings(_QUICK, max_examples=6)
