"""A campaign of 1000 contacts, wherever the package is installed: `python campaign.py BASE_URL JOURNAL`."""

import sys

from airudder import Client

contacts = [
    {"callee": f"+62000{number:07}", "platform": "TEMP1", "caseid": f"c-{number}", "variables": {}}
    for number in range(1000)
]
with Client(app_key="fake-app-key", app_secret="fake-app-secret", base_url=sys.argv[1]) as client:
    report = client.campaigns.run(
        workflow_template_id=7,
        name="packages",
        end_time="2099-12-01 18:00:00+08:00",
        contacts=contacts,
        journal=sys.argv[2],
    )
print(report.accepted, *sys.version_info[:2])
