"""How fast the calculator is, measured against the joins that no calculator can do without.

Members get 8 diagnoses, 4 fills and 5 services each. *Bare joins* are the three code look-ups and a distinct, Polars
streaming: what remains if every rule were free. Both are timed in one process, interleaved; medians are printed. The
peak of memory is that of a process of its own. Nothing is kept: the data lie in a temporary folder.
"""

import argparse
import math
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from hhs_hcc import ReferenceTables, score
from hhs_hcc.tables import METAL_LEVELS, bundled_directory

MODEL_YEAR = 2025
RECORDS = {
    # file: records per member, code column, date column, CMS table, its code column, what it maps to
    "diagnoses": (8, "diagnosis_code", "service_date", "dx_to_cc", "icd10", "cc"),
    "drugs": (4, "ndc_code", "fill_date", "ndc_to_rxc", "ndc", "rxc"),
    "services": (5, "hcpcs_code", "service_date", "hcpcs_to_rxc", "hcpcs", "rxc"),
}
# The share of codes that stand in a CMS table; in real feeds most codes are not risk-adjusting. With more of them both
# sides slow down, the joins more so: the ratio falls and memory grows.
MAPPED_SHARE = 0.4


def make_population(members: int, mapped_share: float, folder: Path, tables: ReferenceTables) -> None:
    """Write segments and records of invented members as Parquet."""
    rng = np.random.default_rng(members)
    ids = pl.Series("member_id", np.arange(members)).cast(pl.String).str.zfill(9)
    age = rng.integers(0, 65, members)
    year_end = np.datetime64(f"{MODEL_YEAR}-12-31")
    pl.DataFrame(
        {
            "member_id": ids,
            "segment_number": pl.repeat(1, members, dtype=pl.Int32, eager=True),
            "sex": pl.Series(["F", "M"]).gather(rng.integers(0, 2, members)),
            "birth_date": year_end - (age * 365.25 + 1).astype("timedelta64[D]"),
            "age_last": age,
            "enrollment_months": rng.integers(1, 13, members),
            "segment_days": pl.repeat(365, members, dtype=pl.Int32, eager=True),
            "metal_level": pl.Series(METAL_LEVELS).gather(rng.integers(0, len(METAL_LEVELS), members)),
            "csr_indicator": pl.repeat(1, members, dtype=pl.Int32, eager=True),
        }
    ).with_columns(pl.col("birth_date").cast(pl.Date)).write_parquet(folder / "segments.parquet")
    other_codes = pl.Series([f"ZZ{number:05d}" for number in range(20_000)])
    for name, (per_member, code, day, table, table_code, _) in RECORDS.items():
        rows = members * per_member
        known = tables[table][table_code]
        is_mapped = pl.Series(rng.random(rows) < mapped_share)
        codes = known.gather(rng.integers(0, len(known), rows)).zip_with(
            is_mapped, other_codes.gather(rng.integers(0, len(other_codes), rows))
        )
        pl.DataFrame(
            {
                "member_id": ids.gather(rng.integers(0, members, rows)),
                day: year_end - rng.integers(0, 365, rows).astype("timedelta64[D]"),
                code: codes,
            }
        ).with_columns(pl.col(day).cast(pl.Date)).write_parquet(folder / f"{name}.parquet")


def bare_joins(folder: Path, tables: ReferenceTables) -> None:
    """The three look-ups and a distinct, streaming."""
    for name, (_, code, _, table, table_code, category) in RECORDS.items():
        mapping = tables[table].lazy().select(pl.col(table_code).alias(code), category)
        pl.scan_parquet(folder / f"{name}.parquet").join(mapping, on=code).select(
            "member_id", category
        ).unique().collect(engine="streaming")


def full_score(folder: Path, tables: ReferenceTables) -> int:
    """Scores and components; returns the number of components."""
    records = [pl.scan_parquet(folder / f"{name}.parquet") for name in RECORDS]
    return score(pl.read_parquet(folder / "segments.parquet"), *records, tables).components.height


def timed(function: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds of one call."""
    wall, cpu = time.perf_counter(), time.process_time()
    function()
    return time.perf_counter() - wall, time.process_time() - cpu


def peak_memory_mb() -> float:
    """Peak resident memory of this process, from the operating system.

    Not getrusage where it can be helped: on Linux its figure is inherited from the process that started this one.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        high_water_mark = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(high_water_mark.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(members: int, folder: Path, rounds: int, tables: ReferenceTables) -> dict[str, float]:
    """Medians over interleaved rounds, after one that warms up, and the peak of a separate process."""
    tasks = {"bare": lambda: bare_joins(folder, tables), "full": lambda: full_score(folder, tables)}
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in tasks}
    for round_number in range(rounds + 1):
        for name, task in tasks.items():
            seconds = timed(task)
            if round_number:
                times[name].append(seconds)
    median = {
        f"{name}_{unit}": statistics.median(pair[position] for pair in times[name])
        for name in tasks
        for position, unit in enumerate(("wall", "cpu"))
    }
    paired = statistics.median(full[0] / bare[0] for full, bare in zip(times["full"], times["bare"], strict=True))
    peak = subprocess.run(
        [sys.executable, __file__, "--peak-of", str(folder)], check=True, capture_output=True, text=True
    ).stdout
    return {"members": members, **median, "ratio": paired, "peak_mb": float(peak)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--members", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--mapped", type=float, default=MAPPED_SHARE, help="share of codes in a CMS table")
    parser.add_argument("--peak-of", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    tables = ReferenceTables.from_directory(bundled_directory(), MODEL_YEAR)
    if options.peak_of:
        full_score(options.peak_of, tables)
        print(peak_memory_mb())
        return

    results = []
    for members in sorted(options.members):
        with tempfile.TemporaryDirectory() as folder:
            # In a process of its own, so that its memory does not count.
            script = (
                "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; import bench; "
                "bench.make_population(int(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4]), "
                "bench.ReferenceTables.from_directory(bench.bundled_directory(), bench.MODEL_YEAR))"
            )
            here = str(Path(__file__).parent)
            subprocess.run([sys.executable, "-c", script, here, str(members), str(options.mapped), folder], check=True)
            results.append(measure(members, Path(folder), options.rounds, tables))

    console = Console()
    threads = pl.thread_pool_size()
    table = Table(title=f"Scoring with components, {options.mapped:.0%} of codes mapped, {threads} threads")
    for heading in ("members", "bare joins s", "scoring s", "ratio", "members/s", "CPU s", "peak MB"):
        table.add_column(heading, justify="right")
    for row in results:
        table.add_row(
            f"{row['members']:,}",
            f"{row['bare_wall']:.2f}",
            f"{row['full_wall']:.2f}",
            f"{row['ratio']:.2f}",
            f"{row['members'] / row['full_wall']:,.0f}",
            f"{row['full_cpu']:.2f}",
            f"{row['peak_mb']:,.0f}",
        )
    console.print(table)
    if len(results) > 1:
        first, last = results[0], results[-1]
        exponent = math.log(last["full_cpu"] / first["full_cpu"]) / math.log(last["members"] / first["members"])
        console.print(f"CPU growth exponent {first['members']:,} to {last['members']:,}: {exponent:.3f}")


if __name__ == "__main__":
    main()
