"""W5: a campaign, and the memory that it takes: `campaign.py CONTACTS JOURNAL [BASE_URL]`.

Without a URL a transport answers at once. With a journal that is there already the campaign is resumed.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from measure import emit

from airudder import Client, Response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airudder import Request
    from airudder.types import Detail


class Answering:
    """Takes every upload at once."""

    workflows = 0

    def send(self, request: Request, /) -> Response:
        """Answer as the API does."""
        data = '{"token":"fake-token"}'
        if request.url.endswith("create_instance"):
            self.workflows += 1
        if not request.url.endswith("/auth"):
            data = f'{{"workflow_id":"fake-{self.workflows}"}}'
        return Response(200, [], f'{{"code":200,"status":"OK","data":{data}}}'.encode())


def contacts(count: int) -> Iterator[Detail]:
    """Make contacts as they are asked for."""
    variables = {"customer_name": "Ana Example", "borrow_total_money": "1250", "due_date": "2026-12-01"}
    for number in range(count):
        case = f"case-{number:08}"
        yield {"callee": f"+6200{number:09}", "platform": "TEMP1", "caseid": case, "variables": variables}


def run(count: int, journal: Path, url: str | None = None) -> None:
    """Run a campaign to its end."""
    transport = None if url else Answering()
    client = Client(app_key="fake-app-key", app_secret="fake-app-secret", base_url=url, transport=transport)  # noqa: S106
    report = client.campaigns.run(
        workflow_template_id=7,
        name="bench",
        end_time="2099-12-01 18:00:00+08:00",
        contacts=contacts(count),
        journal=journal,
        batch_size=10_000,
    )
    if report.accepted != count:
        raise ValueError(report)


def peak() -> int:
    """Tell the most memory that this process has had, in bytes. `getrusage` would count its parent's, too."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) * 1024


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        run(10_000, Path(folder) / "journal")
    count, journal = int(sys.argv[1]), Path(sys.argv[2])
    about = "resumed" if journal.exists() else "campaign"
    before, began, busy = peak(), time.perf_counter(), time.process_time()
    run(count, journal, *sys.argv[3:])
    seconds, busy, grown = time.perf_counter() - began, time.process_time() - busy, peak() - before
    emit(
        work="W5",
        about=about,
        contacts=count,
        per_second=count / seconds,
        bytes_each=grown / count,
        busy=busy / seconds,
    )
