"""Scores the people of four CSV files with another package: `python peer_worker.py PEER FOLDER OUTPUT MODEL_YEAR`.

Runs in the peer's own environment, so it uses nothing but the standard library and the peer. It does what a user of
the peer has to do: read the files, gather the codes of each member, call the peer member by member, write the scores.
"""

import csv
import json
import sys
import time
from collections import defaultdict
from datetime import date
from pathlib import Path

# Code file: its code column.
CODES = {"diagnoses": "icd10", "ndc": "ndc", "hcpcs": "hcpcs"}
# The last day of each of CMS's bins of enrollment duration. A peer that asks for months leaves the bins to its caller.
LAST_DAYS = (31, 62, 92, 123, 153, 184, 214, 245, 275, 306, 335)


def read_members(folder):
    """Members as dictionaries, each with its codes of the three files."""
    codes = {}
    for name, column in CODES.items():
        codes[name] = defaultdict(set)
        with (folder / f"{name}.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                codes[name][row["member_id"]].add(row[column])
    with (folder / "members.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            start, end, born = (
                date.fromisoformat(row[name]) for name in ("enrollment_start", "enrollment_end", "date_of_birth")
            )
            yield {
                **row,
                "age": end.year - born.year - ((end.month, end.day) < (born.month, born.day)),
                "days": (end - start).days + 1,
                **{name: sorted(codes[name].get(row["member_id"], ())) for name in CODES},
            }


def risk_adjustment_model(model_year):
    """A function that gives the score and categories of a member by `risk-adjustment-model`."""
    import risk_adjustment_model as peer  # noqa: PLC0415 - each peer is in an environment of its own

    model = {2023: peer.CommercialModelV07, 2024: peer.CommercialModelV07}.get(model_year, peer.CommercialModelV08)(
        model_year
    )

    def score(member):
        result = model.score(
            gender=member["sex"],
            metal_level=member["metal_level"].capitalize(),
            csr_indicator=int(member["csr_indicator"]),
            enrollment_days=member["days"],
            diagnosis_codes=member["diagnoses"],
            ndc_codes=member["ndc"],
            proc_codes=member["hcpcs"],
            age=member["age"],
        )
        return result.score, result.category_list

    return score


def hccpy(model_year):
    """The same by `hccpy`, which leaves the CSR factor to its callers."""
    from hccpy.hhshcc import HHSHCCEngine  # noqa: PLC0415 - each peer is in an environment of its own

    engine = HHSHCCEngine(str(model_year))

    def score(member):
        result = engine.profile(
            member["diagnoses"],
            member["hcpcs"],
            member["ndc"],
            age=member["age"],
            sex=member["sex"],
            enroll_months=1 + sum(member["days"] > last for last in LAST_DAYS),
            plate=member["metal_level"][0].upper(),
        )
        return result["risk_score"], [name for name, value in result["details"].items() if value]

    return score


PEERS = {"risk-adjustment-model": risk_adjustment_model, "hccpy": hccpy}


def peak_memory_mb():
    """Peak resident memory of this process; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.is_file() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def main():
    """Score, write member_id, score and variables, print what it took."""
    peer, folder, output, model_year = sys.argv[1:]
    make = PEERS[peer]
    # What the peer imports on its own account is start-up, as it is for the other side.
    make(int(model_year))
    wall, cpu = time.perf_counter(), time.process_time()
    score = make(int(model_year))
    members = list(read_members(Path(folder)))
    failures, calls = 0, 0.0
    with Path(output).open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["member_id", "score", "variables"])
        for member in members:
            begun = time.perf_counter()
            try:
                value, variables = score(member)
            # Whatever a peer raises, the member has no score; the others still have.
            except Exception:
                failures += 1
                writer.writerow([member["member_id"], "", ""])
            else:
                calls += time.perf_counter() - begun
                writer.writerow([member["member_id"], repr(float(value)), " ".join(variables)])
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    facts = {"calls_wall": calls, "failures": failures, "python": sys.version.split()[0]}
    print(json.dumps({"wall": wall, "cpu": cpu, "peak_mb": peak_memory_mb(), **facts}))


if __name__ == "__main__":
    main()
