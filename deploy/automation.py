"""Tell a Slack channel, a mailbox or a webhook of every run that fails.

``python deploy/automation.py URL`` with PREFECT_API_URL set. URL is a Slack channel's incoming webhook, or any other
address of Apprise: ``mailtos://user:password@example.org``, ``json://host:port/path``. Once is enough; a second time
replaces the first.
"""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any

from prefect.automations import Automation
from prefect.blocks.notifications import SlackWebhook
from prefect.events.actions import SendNotification
from prefect.events.schemas.automations import EventTrigger, Posture
from pydantic import SecretStr

NAME = "aisi-ingest: a run failed"
FLOWS = ["ingest", "reprocess"]


def main() -> None:
    parser = argparse.ArgumentParser(description="Tell a channel, a mailbox or a webhook of runs that fail.")
    parser.add_argument("url", help="a Slack channel's incoming webhook, or another address of Apprise")
    # The block hands its address to Apprise. Any: its methods are coroutines only where a loop runs.
    block: Any = SlackWebhook(url=SecretStr(parser.parse_args().url)).save("aisi-ingest", overwrite=True)
    failed = EventTrigger(
        expect={"prefect.flow-run.Failed", "prefect.flow-run.Crashed"},
        for_each={"prefect.resource.id"},  # each run by itself
        match_related={"prefect.resource.role": "flow", "prefect.resource.name": FLOWS},
        posture=Posture.Reactive,
        threshold=1,
        within=timedelta(0),
    )
    tell = SendNotification(
        block_document_id=block,
        subject="aisi-ingest: {{ flow.name }} {{ flow_run.state.name }}",
        body="{{ flow_run.name }}: {{ flow_run.state.message }}\n{{ flow_run|ui_url }}",
    )
    for old in _known():
        old.delete()
    Automation(name=NAME, trigger=failed, actions=[tell]).create()
    print(f"{NAME}: set up")


def _known() -> list[Any]:
    try:
        return [Automation.read(name=NAME)]
    except ValueError:  # there is none
        return []


if __name__ == "__main__":
    main()
