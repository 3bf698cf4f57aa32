"""Send one campaign with Celery: a task for each partition, on as many machines as you like.

    celery --app celery_campaign worker --concurrency 2     on each machine
    python celery_campaign.py 8 contacts.csv more.csv       once: the number of partitions, and all files

Every task reads all files and sends the contacts of its own partition, so somebody who stands in two files is called
once. Each partition has its journal in PostgreSQL: when a worker dies, Celery gives its task to another one, which goes
on where the first was. The same command again goes on with the campaign, with as many partitions as before.

needs, beside `pip install airudder[postgres] celery[redis]`, these environment variables; those in brackets have a
default:

    AIRUDDER_APP_KEY, AIRUDDER_APP_SECRET     from AI Rudder
    AIRUDDER_TEMPLATE_ID, AIRUDDER_PLATFORM   the workflow's template, and the platform of the contacts
    AIRUDDER_END_TIME                         when the workflows end, as 2099-12-01 18:00:00+08:00
    [AIRUDDER_CAMPAIGN]                       the campaign's name: campaign
    DATABASE_URL, REDIS_URL                   where the journals are, and the tasks
    [LEASE, SETTLE, VISIBILITY_TIMEOUT]       in seconds: 60, 60 and 3600
"""

from __future__ import annotations

import csv
import os
import sys
from typing import TYPE_CHECKING, Any

from celery import Celery, Task, group

from airudder import Client, JournalConflict, Report
from airudder.journals import PostgresJournal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airudder import Detail

LEASE = float(os.environ.get("LEASE", "60"))

app = Celery("celery_campaign", broker=os.environ["REDIS_URL"], backend=os.environ["REDIS_URL"])
app.conf.update(
    # A task is done when it has returned: one whose worker was killed goes to another worker.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    # One task at a time for each process, so that none waits behind another that takes an hour.
    worker_prefetch_multiplier=1,
    # After so long without an answer Redis gives a task to another worker, though the first may well be alive. Best is
    # more than the longest partition takes; less is harmless, as below.
    broker_transport_options={"visibility_timeout": int(os.environ.get("VISIBILITY_TIMEOUT", "3600"))},
)


def contacts(files: list[str]) -> Iterator[Detail]:
    """Read all files, in the same order each time."""
    for name in files:
        with open(name, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                variables = {"customer_name": row["customer_name"]}
                platform = os.environ["AIRUDDER_PLATFORM"]
                yield {"callee": row["callee"], "platform": platform, "caseid": row["caseid"], "variables": variables}


@app.task(bind=True, name="send", max_retries=None)
def send(self: Task[Any, Any], partition: tuple[int, int], files: list[str]) -> dict[str, Any]:
    """Send one partition; give its report."""
    name = os.environ.get("AIRUDDER_CAMPAIGN", "campaign")
    try:
        with Client.from_env(timeout=min(10, LEASE / 3)) as client:
            report = client.campaigns.run(
                workflow_template_id=int(os.environ["AIRUDDER_TEMPLATE_ID"]),
                name=name,
                end_time=os.environ["AIRUDDER_END_TIME"],
                contacts=contacts(files),
                journal=PostgresJournal(os.environ["DATABASE_URL"], name=name, lease=LEASE),
                partition=(partition[0], partition[1]),
                settle=float(os.environ.get("SETTLE", "60")),
            )
    except JournalConflict as conflict:
        # The worker that had the task first is alive. Come back when it is over, or dead: where it has finished, this
        # sends nothing, and gives the same report.
        raise self.retry(exc=conflict, countdown=LEASE) from None
    return report.to_dict()


def main() -> int:
    """Hand out the partitions, wait for all, and show what became of the contacts."""
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    count, files = int(sys.argv[1]), sys.argv[2:]
    tasks = group(send.s((index, count), files) for index in range(count))
    report = Report.merge(Report.from_dict(one) for one in tasks.apply_async().get())
    print(f"accepted {report.accepted}, rejected {len(report.rejected)}, doubtful {len(report.doubtful)}")
    report.to_csv("not-accepted.csv")
    return 0


if __name__ == "__main__":
    sys.exit(main())
