"""A campaign in Python: `campaign.py CONTACTS JOURNAL`."""

import json
import os
import sys
from pathlib import Path

from airudder import AirudderError, Client

contacts = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]
try:
    with Client.from_env() as client:
        report = client.campaigns.run(
            workflow_template_id=int(os.environ["AIRUDDER_TEMPLATE_ID"]),
            name="campaign",
            end_time=os.environ["AIRUDDER_END_TIME"],
            contacts=contacts,
            journal=sys.argv[2],
            batch_size=int(os.environ["AIRUDDER_BATCH_SIZE"]),
            settle=float(os.environ["AIRUDDER_SETTLE_SECONDS"]),
        )
except AirudderError as error:
    sys.exit(str(error))
print(f"accepted {report.accepted}, rejected {len(report.rejected)}, doubtful {len(report.doubtful)}")
