"""A sender in Python: `send.py contacts.csv journal.jsonl`, with the settings of examples/c/job.h."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "examples/python"))

from campaign import Campaign

from airudder import Client

env = os.environ
contacts, journal = map(Path, sys.argv[1:])
campaign = Campaign(contacts, "", 0, env["AIRUDDER_PLATFORM"], "")
with Client.from_env() as client:
    report = client.campaigns.run(
        workflow_template_id=int(env["AIRUDDER_TEMPLATE_ID"]),
        name=env["AIRUDDER_CAMPAIGN"],
        end_time=env["AIRUDDER_END_TIME"],
        contacts=campaign.details(),
        journal=journal,
        batch_size=int(env["AIRUDDER_BATCH_SIZE"]),
        settle=int(env["AIRUDDER_SETTLE_MS"]) / 1000,
    )
contacts_seen = report.accepted + len(report.rejected) + len(report.doubtful)
print(
    f"accepted {report.accepted}, rejected {len(report.rejected)}, doubtful {len(report.doubtful)}"
    f" of {contacts_seen} contacts"
)
