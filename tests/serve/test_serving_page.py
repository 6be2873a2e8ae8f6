"""The examples of docs/serving.md, against a server with a small release."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from publications import publication, released
from serving import COMMAND, Served, serving

PAGE = (Path(__file__).parents[2] / "docs" / "serving.md").read_text("utf-8")
ADDRESS = "http://127.0.0.1:8765"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


REQUESTS = [
    line.split("'")[1].removeprefix(ADDRESS) for each in blocks("sh") for line in re.findall("^curl .*", each, re.M)
]
SEARCHES = re.findall(r"^aisi-ingest search .*", PAGE, re.MULTILINE)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("root")
    released(publication(), root)
    return root


@pytest.fixture(scope="module")
def server(root: Path) -> Iterator[Served]:
    with serving(root) as server:
        yield server


@pytest.mark.parametrize("target", REQUESTS)
def test_a_request_of_the_page_is_answered(server: Served, target: str) -> None:
    response = server.get(target)
    assert response.status == 200 and "guide/1.0/" in response.body.decode()


@pytest.mark.parametrize("example", blocks("python"))
def test_an_example_in_python_shows_a_text_in_both_languages(server: Served, root: Path, example: str) -> None:
    code = example.replace(ADDRESS, server.address)
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "対象は大規模言語モデルである" in done.stdout and "It covers large language models" in done.stdout


@pytest.mark.parametrize("search", SEARCHES)
def test_a_search_of_the_page_runs(root: Path, search: str) -> None:
    import shlex

    command = [*COMMAND[:3], *shlex.split(search)[1:], "--root", str(root)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, 1) and "Traceback" not in done.stderr, done.stderr


@pytest.mark.parametrize("example", blocks("json"))
def test_an_assistant_connects_with_a_configuration_of_the_page(server: Served, root: Path, example: str) -> None:
    wanted = json.loads(example)["mcpServers"]["aisi"]

    async def tools(place: Any) -> list[str]:
        async with Client(place) as client:
            return [tool.name for tool in (await client.list_tools()).tools]

    if "url" in wanted:
        found = asyncio.run(tools(wanted["url"].replace(ADDRESS, server.address)))
    else:
        assert wanted["command"] == "aisi-ingest"
        arguments = [each.replace("/path/of/the/root", str(root)) for each in wanted["args"]]
        place = StdioServerParameters(command=COMMAND[0], args=[*COMMAND[1:3], *arguments], env=dict(os.environ))
        found = asyncio.run(tools(place))
    assert "search" in found and "cite" in found


def test_the_help_has_the_same_configurations_as_the_page() -> None:
    done = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, timeout=60)
    shown = re.sub(r"\s+", " ", done.stdout)
    assert all(re.sub(r"\s+", " ", each).strip() in shown for each in blocks("json"))
