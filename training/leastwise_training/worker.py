"""Talks to the model's process as the product does, so that what is measured is what users get."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path


class Worker:
    """`leastwise model-worker`, one JSON object a line in both directions."""

    def __init__(self, program: Path, model: Path) -> None:
        command = [program, "model-worker", "--model", model]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._last = 0
        while (event := self._event())["type"] != "ready":
            if event["type"] == "load_failed":
                raise RuntimeError(event["message"])

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *end: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process."""
        self._process.stdin.close()
        self._process.wait()

    @property
    def process(self) -> int:
        """Its number."""
        return self._process.pid

    def probabilities(self, text: str, least: float) -> list[tuple[int, str, float]]:
        """Every line and label of at least this probability."""
        tags = self._ask({"type": "tag", "document": "measured", "text": text, "least": least}, "tags")["tags"]["tags"]
        return [(tag["line"], tag["label"], tag["probability"]) for tag in tags]

    def _ask(self, request: dict, answer: str) -> dict:
        self._last += 1
        self._process.stdin.write(json.dumps({"id": self._last} | request) + "\n")
        self._process.stdin.flush()
        while (event := self._event())["type"] != answer:
            if event["type"] == "failed":
                raise RuntimeError(event["message"])
        return event

    def _event(self) -> dict:
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the model's process ended")
        return json.loads(line)
