"""Send a file of contacts to an AI Rudder workflow, and receive every result.

    python campaign.py contacts.csv

needs these environment variables; those in brackets have a default:

    AIRUDDER_APP_KEY, AIRUDDER_APP_SECRET      from AI Rudder
    [AIRUDDER_ENCRYPTION_KEY]                  if requests are to be encrypted
    [AIRUDDER_BASE_URL]                        another host than https://api.airudder.com
    AIRUDDER_TEMPLATE_ID, AIRUDDER_PLATFORM    the workflow's template, and the platform of the contacts
    AIRUDDER_END_TIME                          when the workflow ends, as 2099-12-01 18:00:00+08:00
    [AIRUDDER_CAMPAIGN]                        the campaign's name, also of its files: campaign
    [AIRUDDER_LISTEN]                          where events are received: 127.0.0.1:8000
    [AIRUDDER_WEBHOOK_SECRET]                  the secret of their signatures; without it nothing is verified
    [AIRUDDER_WEBHOOK_SCHEME]                  how they are signed; the default is an assumption

AI Rudder is told by hand where to send events: give it the public URL that leads to AIRUDDER_LISTEN.
When the program is stopped, in whatever way, start it again: it goes on where it was, and phones nobody twice.
"""

from __future__ import annotations

import csv
import os
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from receiver import Receiver
from store import Inbox, Store

from airudder import AirudderError, Client, Webhooks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airudder import Detail, Progress, Report

PATIENCE_SECONDS = 600.0
"""The wait for a further result before the rest is called missing."""


@dataclass
class Campaign:
    """The contacts to send, and the settings."""

    contacts: Path
    name: str
    template_id: int
    platform: str
    end_time: str
    folder: Path = Path()
    settle: float = 60.0
    patience: float = PATIENCE_SECONDS

    def details(self) -> Iterator[Detail]:
        """Read the contacts one by one, in the API's form. The order must be the same in every run."""
        with self.contacts.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                variables = {name: row[name] for name in ("customer_name", "borrow_total_money", "due_date")}
                yield {
                    "callee": row["callee"],
                    "platform": self.platform,
                    "caseid": row["caseid"],
                    "variables": variables,
                }

    def countries(self) -> dict[str, str]:
        """Country of each contact, by case id."""
        with self.contacts.open(encoding="utf-8", newline="") as file:
            return {row["caseid"]: row["country"] for row in csv.DictReader(file)}


def send(client: Client, campaign: Campaign) -> Report:
    """Upload the contacts; the journal remembers what was sent."""
    total = len(campaign.countries())

    def show(progress: Progress) -> None:
        bar("uploaded", progress.accepted, total)

    return client.campaigns.run(
        workflow_template_id=campaign.template_id,
        name=campaign.name,
        end_time=campaign.end_time,
        contacts=campaign.details(),
        journal=campaign.folder / f"{campaign.name}.jsonl",
        settle=campaign.settle,
        progress=show,
    )


def wait_for_results(store: Store, expected: int, patience: float) -> None:
    """Wait until every contact has a result, or none has come for a while."""
    count, last_news = -1, time.monotonic()
    while (now := store.count()) < expected and time.monotonic() - last_news < patience:
        if now != count:
            count, last_news = now, time.monotonic()
            bar("results", count, expected)
        time.sleep(0.1)
    bar("results", store.count(), expected)


def bar(what: str, done: int, total: int) -> None:
    """Draw a progress bar on a terminal; nothing elsewhere."""
    if sys.stderr.isatty():
        filled = 40 * done // max(total, 1)
        end = "\n" if done >= total else ""
        print(
            f"\r{what:10}{'█' * filled}{'░' * (40 - filled)} {done:6} of {total}", end=end, file=sys.stderr, flush=True
        )


COLUMNS = {
    "normal": "connected",
    "busy": "busy",
    "switchoff": "off",
    "outofarea": "no signal",
    "wrongnum": "wrong no.",
    "cantuse": "unusable",
}
"""The commonest ring types; all others are counted together."""


def table(store: Store, campaign: Campaign) -> str:
    """Show the outcomes by country."""
    outcomes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    countries = campaign.countries()
    for case_id, (_, ring_type) in store.results().items():
        outcomes[countries.get(case_id, "(unknown)")][COLUMNS.get(ring_type, "other")] += 1
    titles = [*COLUMNS.values(), "other"]
    lines = [f"{'country':14}{'results':>9}" + "".join(f"{title:>11}" for title in titles)]
    rows = sorted(outcomes.items(), key=lambda row: -row[1].total())
    for country, counts in [*rows, ("all", sum(outcomes.values(), Counter()))]:
        lines.append(f"{country:14}{counts.total():9}" + "".join(f"{counts[title]:11}" for title in titles))
    return "\n".join(lines)


def summary(report: Report, store: Store) -> str:
    """Say what was sent and what came back."""
    counts = store.counts
    lines = [
        f"sent                 {report.accepted:6}   in {len(report.workflows)} workflow(s)",
        f"rejected             {len(report.rejected):6}",
        f"doubtful             {len(report.doubtful):6}",
        f"results received     {store.count():6}   in {counts.deliveries} accepted deliveries",
        f"duplicates seen      {counts.duplicates:6}   answered, and stored once",
        f"signatures refused   {counts.refused:6}",
    ]
    return "\n".join(lines)


def main() -> int:
    """Run a campaign from the environment."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    env = os.environ
    try:
        campaign = Campaign(
            contacts=Path(sys.argv[1]),
            name=env.get("AIRUDDER_CAMPAIGN", "campaign"),
            template_id=int(env["AIRUDDER_TEMPLATE_ID"]),
            platform=env["AIRUDDER_PLATFORM"],
            end_time=env["AIRUDDER_END_TIME"],
        )
    except KeyError as missing:
        print(f"the environment variable {missing} is missing\n{__doc__}", file=sys.stderr)
        return 2
    secret, scheme = env.get("AIRUDDER_WEBHOOK_SECRET"), env.get("AIRUDDER_WEBHOOK_SCHEME")
    host, _, port = env.get("AIRUDDER_LISTEN", "127.0.0.1:8000").rpartition(":")
    store = Store(campaign.folder / f"{campaign.name}.sqlite")
    receiver = None
    try:
        hooks = Webhooks(
            secret=secret,
            scheme=scheme,
            require_signature=secret is not None,
            encryption_key=env.get("AIRUDDER_ENCRYPTION_KEY"),
        )
        receiver = Receiver(Inbox(hooks, store, settled=scheme is not None), host, int(port))
        with Client.from_env() as client:
            report = send(client, campaign)
        wait_for_results(store, report.accepted, campaign.patience)
        print(table(store, campaign), summary(report, store), sep="\n\n")
    except AirudderError as error:
        print(f"{error}\nWhat to do: {error.remedy}", file=sys.stderr)
        return 1
    else:
        return 0 if store.count() >= report.accepted and not report.doubtful else 1
    finally:
        if receiver is not None:
            receiver.close()
        store.close()


if __name__ == "__main__":
    sys.exit(main())
