"""Ray on three local nodes: every file exactly once, whatever dies; sharded ranking equal to the single exact one."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from benchmarks import pool
from index import Filter
from matcher import rank
from matcher.config import Settings
from matcher.pipeline import intake, matching, on_ray, partitions, ray_shards
from matcher.pipeline.session import no_progress, session

pytestmark = [pytest.mark.ray, pytest.mark.timeout(900), pytest.mark.filterwarnings("ignore")]
AS_OF = date(2026, 11, 1)
POSTING = Path(__file__).resolve().parents[1] / "examples" / "posting.html"
POISON = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R]/Count 2000000000>>endobj\n"
)


@pytest.fixture(scope="module")
def cluster():
    """Three raylets of their own on this machine."""
    ray = pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    os.environ["PYTHONPATH"] = str(Path(__file__).resolve().parents[1])
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    nodes = [made.add_node(num_cpus=1) for _ in range(2)]
    ray.init(address=made.address, log_to_driver=False)
    yield ray, made, nodes
    ray.shutdown()
    made.shutdown()


def settings(tmp_path: Path) -> Settings:
    return Settings(workspace=tmp_path / "w", embedder="hash")


def files_in(parts: list[Path]) -> Counter[str]:
    return Counter(row.reading.file for part in parts for row in partitions.load(part))


def test_a_node_killed_in_the_middle_loses_and_doubles_nothing(cluster, tmp_path: Path) -> None:
    ray, made, nodes = cluster
    pool.write(tmp_path / "pile", 2000)
    (tmp_path / "pile/poison.pdf").write_bytes(POISON)
    plan = partitions.plan(str(tmp_path / "pile"), "hash:256", AS_OF, files=100)
    seen: list[int] = []

    def progress(stage: str, done: int, total: int | None) -> None:
        seen.append(done)
        if done == len(plan) // 3 and nodes:
            made.remove_node(nodes.pop(), allow_graceful=False)

    parts, failed = on_ray.make_parts(ray, plan, tmp_path / "parts", settings(tmp_path), progress)
    assert failed == []
    assert len(nodes) == 1
    counted = files_in(parts)
    assert len(counted) == 2001 and set(counted.values()) == {1}
    rows = {row.reading.file: row.reading for part in parts for row in partitions.load(part)}
    assert rows[str(tmp_path / "pile/poison.pdf")].status == "unreadable"


def test_finished_parts_are_not_made_again_when_the_driver_dies(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    pool.write(tmp_path / "pile", 300)
    program = textwrap.dedent(
        """
        import sys
        from datetime import date
        from pathlib import Path
        from matcher.config import Settings
        from matcher.pipeline import on_ray, partitions
        from matcher.pipeline.session import no_progress
        pile, out = sys.argv[1:3]
        settings = Settings(workspace=Path(out) / "w", embedder="hash")
        plan = partitions.plan(pile, "hash:256", date(2026, 11, 1), files=20)
        with on_ray.cluster(None) as ray:
            on_ray.make_parts(ray, plan, Path(out) / "parts", settings, no_progress)
        print("done", flush=True)
        """
    )
    command = [sys.executable, "-c", program, str(tmp_path / "pile"), str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    first = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    parts = tmp_path / "parts"
    for _ in range(1200):
        if parts.exists() and len(list(parts.glob("part-*.parquet"))) >= 3:
            break
        time.sleep(0.1)
    first.send_signal(signal.SIGKILL)
    first.wait()
    time.sleep(3)
    before = {path.name: path.stat().st_mtime_ns for path in parts.glob("part-*.parquet")}
    assert len(before) >= 3
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = {path.name: path.stat().st_mtime_ns for path in parts.glob("part-*.parquet")}
    assert len(after) == 15
    assert {name: after[name] for name in before} == before
    assert set(files_in(sorted(parts.glob("part-*.parquet"))).values()) == {1}


def test_parts_imported_equal_files_added_and_shards_rank_alike(cluster, tmp_path: Path) -> None:
    ray, _, _ = cluster
    pool.write(tmp_path / "pile", 120)
    plan = partitions.plan(str(tmp_path / "pile"), "hash:256", AS_OF, files=30)
    chosen = settings(tmp_path)
    parts, _ = on_ray.make_parts(ray, plan, tmp_path / "parts", chosen, no_progress)
    job = matching.read_job(POSTING)
    with session(chosen, "write") as opened:
        on_ray.bring_in(opened, parts, AS_OF)
        imported = rank.rank(job.criteria, job.text, opened.index, exact=True)
    with session(chosen.model_copy(update={"workspace": tmp_path / "direct"}), "write") as opened:
        intake.add(opened, [tmp_path / "pile"], AS_OF)
        direct = rank.rank(job.criteria, job.text, opened.index, exact=True)
    over_shards, known, missing = ray_shards.rank_shards(
        ray, chosen, job, tmp_path / "parts", Filter(), no_progress, holders=2, as_of=AS_OF
    )
    assert imported.ranked == direct.ranked
    assert over_shards.ranked == direct.ranked
    assert missing == () and len(known) == len(direct.ranked)


def test_an_address_is_listed_and_read_like_a_folder(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    pool.write(tmp_path / "pile", 12)
    plan = partitions.plan(f"file://{tmp_path}/pile", "hash:256", AS_OF, files=5)
    assert [len(partition.files) for partition in plan] == [5, 5, 2]
    for partition in plan:
        partitions.work(partition, str(tmp_path), settings(tmp_path))
    counted = files_in(sorted(tmp_path.glob("part-*.parquet")))
    assert len(counted) == 12
    assert all(name.startswith("file://") for name in counted)
