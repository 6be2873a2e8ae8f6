"""Set up a Prefect automation that sends a message when a run fails.

Run ``python deploy/automation.py URL`` once, with PREFECT_API_URL set. URL is the incoming webhook of a Slack channel,
or another URL of Apprise: ``mailtos://user:password@example.org``, ``json://host:port/path``. Running it again replaces
the automation.
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
    """Create the automation, or replace it."""
    parser = argparse.ArgumentParser(
        description="Send a message to a channel, a mailbox or a webhook when a run fails."
    )
    parser.add_argument("url", help="incoming webhook of a Slack channel, or another URL of Apprise")
    # The block passes its URL to Apprise. Typed as Any, because its methods are coroutines only in an event loop.
    block: Any = SlackWebhook(url=SecretStr(parser.parse_args().url)).save("aisi-ingest", overwrite=True)
    failed = EventTrigger(
        expect={"prefect.flow-run.Failed", "prefect.flow-run.Crashed"},
        for_each={"prefect.resource.id"},  # one message per run
        match_related={"prefect.resource.role": "flow", "prefect.resource.name": FLOWS},
        posture=Posture.Reactive,
        threshold=1,
        within=timedelta(0),
    )
    send = SendNotification(
        block_document_id=block,
        subject="aisi-ingest: {{ flow.name }} {{ flow_run.state.name }}",
        body="{{ flow_run.name }}: {{ flow_run.state.message }}\n{{ flow_run|ui_url }}",
    )
    for old in _existing():
        old.delete()
    Automation(name=NAME, trigger=failed, actions=[send]).create()
    print(f"created the automation {NAME!r}")


def _existing() -> list[Any]:
    try:
        return [Automation.read(name=NAME)]
    except ValueError:  # there is no such automation
        return []


if __name__ == "__main__":
    main()
