"""The part of the HTTP API that teaches the model, as Python calls."""

import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from tagloop.client.teaching_documents import (
    ExportedLabel,
    RetagJob,
    RunStatus,
    StoredNetwork,
    SwitchStatus,
    Verdicts,
    Version,
)
from tagloop.client.transport import Transport

LABELS_PER_PAGE = 1000
# A worker may have to load the network's tower for texts first.
HELD_SECONDS = 25.0


class Teaching(Transport):
    """Corrections and labels, fine-tune runs, model versions, re-tagging."""

    def correct(self, verdicts: Verdicts, *, user: str = "") -> list[tuple[str, str]]:
        """Correct the tags of one image; return added names that resemble another tag, and it."""
        path = f"/v1/images/{verdicts.image}/corrections"
        answer = self.call_json(path, {**verdicts.to_json(), "user": user})
        return [(similar["said"], similar["name"]) for similar in answer["similar"]]

    def correct_many(
        self, corrections: Sequence[Verdicts], *, user: str = ""
    ) -> list[dict[str, Any] | None]:
        """Correct at most 1,000 images; return the problem of each, or None."""
        entries = [{"image": verdicts.image, **verdicts.to_json()} for verdicts in corrections]
        answer = self.call_json("/v1/corrections", {"user": user, "corrections": entries})
        return [result.get("problem") for result in answer["results"]]

    def corrections_of(self, image_id: str) -> list[dict[str, Any]]:
        """Return all corrections of an image, newest first, as the API describes them."""
        answer = self.call("GET", f"/v1/images/{image_id}/corrections")
        return list(answer["corrections"])

    def labels(self) -> Iterator[ExportedLabel]:
        """Yield all of people's labels, page by page."""
        cursor: str | None = None
        while True:
            page = self.call("GET", "/v1/labels", {"limit": LABELS_PER_PAGE, "cursor": cursor})
            yield from map(ExportedLabel.from_json, page["labels"])
            cursor = page["next"]
            if cursor is None:
                return

    def teach_tag(self, name: str, examples: Sequence[str]) -> tuple[str, RunStatus | None]:
        """Make a tag and teach it from example images; return its slug and the run.

        Without examples, a network that understands text makes the tag from its name, without a
        run.
        """
        answer = self.call_json(
            "/v1/tags", {"name": name, "examples": list(examples)}, held=HELD_SECONDS
        )
        run = answer["run"]
        return str(answer["tag"]), None if run is None else RunStatus.from_json(run)

    def edit_tag(
        self, tag: str, *, owner: str | None, name: str | None = None, publish: bool = False
    ) -> str:
        """Rename a tag, or share an owner's tag with all owners; return its new slug."""
        change: dict[str, Any] = {"name": name} if name is not None else {}
        change |= {"shared": True} if publish else {}
        body = json.dumps(change).encode()
        headers = {"Content-Type": "application/json"}
        path = f"/v1/tags/{quote(tag, safe='')}"
        answer = self.call("PATCH", path, {"owner": owner}, body=body, headers=headers)
        return str(answer["tag"])

    def merge_tag(self, tag: str, into: str, *, owner: str | None) -> int:
        """Merge a tag into another; return how many corrections moved to that one."""
        body = json.dumps({"into": into}).encode()
        headers = {"Content-Type": "application/json"}
        path = f"/v1/tags/{quote(tag, safe='')}/merge"
        answer = self.call("POST", path, {"owner": owner}, body=body, headers=headers)
        return int(answer["corrections"])

    def delete_tag(self, tag: str, *, owner: str | None) -> None:
        """Delete a tag and all its corrections."""
        self.call("DELETE", f"/v1/tags/{quote(tag, safe='')}", {"owner": owner})

    def release(self, run_id: int) -> int:
        """Queue the corrections that a run has set aside again; return how many there were."""
        return int(self.call_json(f"/v1/retrain/{run_id}/release", {})["corrections"])

    def retrain(self) -> RunStatus:
        """Start a fine-tune run. Raises Refused while one is running."""
        return RunStatus.from_json(self.call_json("/v1/retrain", {}))

    def run(self, run_id: int) -> RunStatus:
        """Return a fine-tune run."""
        return RunStatus.from_json(self.call("GET", f"/v1/retrain/{run_id}"))

    def versions(self) -> list[Version]:
        """Return every version of the model, newest first."""
        return [Version.from_json(model) for model in self.call("GET", "/v1/models")["models"]]

    def promote(self, version: int) -> Version:
        """Make a version of the model live."""
        return Version.from_json(self.call_json(f"/v1/models/{version}/promote", {}))

    def retag(
        self, *, owner: str | None = None, tag: str | None = None, below_version: int | None = None
    ) -> RetagJob:
        """Start re-tagging all images, one owner's, one tag, or what older versions tagged."""
        scope = {"owner": owner, "tag": tag, "below_version": below_version}
        given = {name: value for name, value in scope.items() if value is not None}
        return RetagJob.from_json(self.call_json("/v1/retag", given))

    def retag_job(self, job_id: int) -> RetagJob:
        """Return a re-tagging job."""
        return RetagJob.from_json(self.call("GET", f"/v1/retag/{job_id}"))

    def networks(self) -> list[StoredNetwork]:
        """Return the networks that have made embeddings, the live one first."""
        return [
            StoredNetwork.from_json(network)
            for network in self.call("GET", "/v1/backbone")["networks"]
        ]

    def last_switch(self) -> SwitchStatus | None:
        """Return the change of the network in progress, or the last one."""
        document = self.call("GET", "/v1/backbone/switch")["switch"]
        return None if document is None else SwitchStatus.from_json(document)

    def switch(self, backbone: str, weights: str | None, *, gate: bool) -> SwitchStatus:
        """Begin to change the network."""
        body = {"backbone": backbone, "weights": weights, "gate": gate}
        return SwitchStatus.from_json(self.call_json("/v1/backbone/switch", body))

    def abort_switch(self) -> SwitchStatus:
        """Abort the change of the network."""
        return SwitchStatus.from_json(self.call_json("/v1/backbone/switch/abort", {}))

    def switch_back(self) -> SwitchStatus:
        """Begin to return to the former network."""
        return SwitchStatus.from_json(self.call_json("/v1/backbone/back", {}))

    def forget_network(self, backbone: str) -> int:
        """Delete the embeddings of a network that is not live; return how many there were."""
        answer = self.call_json("/v1/backbone/forget", {"backbone": backbone})
        return int(answer["embeddings"])
