"""Measures what campaigns cost, and writes docs/costs.md: `costs.py`, by `make costs`.

The API of the measurement answers at once: what it takes itself is reckoned by a pace.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from string import Template
from typing import Any

ROOT = Path(__file__).parents[1]
MEASURED = (100_000, 1_000_000, 10_000_000)
RECKONED = 100_000_000
UPLOADS_A_SECOND, CONTACTS_EACH = 2, 1000
LOOKUPS_A_SECOND = 80
PER_WORKFLOW = 10_000


def measure(count: int) -> dict[str, float]:
    """Run a campaign of so many contacts, and run it again."""
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "journal"
        first, again = run(count, journal), run(count, journal)
        return {
            "seconds": count / first["per_second"],
            "memory": first["bytes_each"] * count,
            "journal": journal.stat().st_size,
            "again_seconds": count / again["per_second"],
            "again_memory": again["bytes_each"] * count,
        }


def run(count: int, journal: Path) -> dict[str, Any]:
    """Run the benchmark's campaign in a process of its own."""
    command = [sys.executable, ROOT / "bindings-python/benches/campaign.py", str(count), journal]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def duration(seconds: float) -> str:
    """Two digits and a unit."""
    for limit, unit, size in ((120, "s", 1), (120 * 60, "min", 60), (48 * 3600, "h", 3600)):
        if seconds < limit:
            return f"{seconds / size:.2g} {unit}"
    return f"{seconds / 86400:.2g} days"


def size(count: float) -> str:
    """Bytes in a unit that people read."""
    for limit, unit in ((1e6, "KB"), (1e9, "MB")):
        if count < limit:
            return f"{round(count * 1000 / limit)} {unit}"
    return f"{count / 1e9:.1f} GB"


def row(count: int, found: dict[str, float], *, is_measured: bool) -> str:
    """One line of the table."""
    about = "" if is_measured else "reckoned: "
    cells = [
        f"{about}{count:,}".replace(",", " "),
        f"{-(-count // PER_WORKFLOW):,}".replace(",", " "),
        duration(count / CONTACTS_EACH / UPLOADS_A_SECOND),
        duration(found["seconds"]),
        size(found["memory"]),
        size(found["journal"]),
        duration(found["again_seconds"]),
        size(found["again_memory"]),
        duration(count / LOOKUPS_A_SECOND),
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure, and write the page."""
    rows, found = [], {}
    for count in MEASURED:
        found = measure(count)
        print(count, found, file=sys.stderr)
        rows.append(row(count, found, is_measured=True))
    times = RECKONED // MEASURED[-1]
    rows.append(row(RECKONED, {name: each * times for name, each in found.items()}, is_measured=False))
    page = Template((ROOT / "tools/costs.md").read_text(encoding="utf-8"))
    (ROOT / "docs/costs.md").write_text(page.substitute(rows="\n".join(rows)), encoding="utf-8")


if __name__ == "__main__":
    main()
