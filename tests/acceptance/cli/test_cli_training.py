"""`tagloop retrain`, `models` and `retag` against a running Tagloop."""

import pytest

from tests.acceptance.api import Api
from tests.acceptance.commands import COFFEE, ROCKET, Run
from tests.support.conditions import wait_for

pytestmark = pytest.mark.acceptance

RUN_SECONDS = 90.0


def wait_until_idle(api: Api) -> None:
    """Wait until no fine-tune run is open."""
    wait_for(
        lambda: all(
            run["status"] not in ("queued", "running") for run in api.get("/v1/retrain")["runs"]
        ),
        "the end of every run",
        RUN_SECONDS,
    )


def test_retrain_shows_how_it_ended(api: Api, tagloop: Run) -> None:
    wait_until_idle(api)
    image = api.upload(COFFEE.read_bytes(), owner="retrain", wait=30).json()
    assert tagloop("correct", image["id"], "--add", "latte").returncode == 0

    done = tagloop("retrain")

    assert done.returncode == 0, done.stderr
    number = done.stdout.removeprefix("Run ").partition(":")[0]
    run = api.get(f"/v1/retrain/{number}")
    assert run["status"] in ("promoted", "rejected")
    assert done.stdout.startswith(f"Run {number}: {run['status']}, version {run['version']}. ")
    assert run["reason"] in done.stdout

    again = tagloop("retrain")
    assert again.returncode == 0, again.stderr
    assert ": nothing. " in again.stdout


def test_one_run_at_a_time(api: Api, tagloop: Run) -> None:
    wait_until_idle(api)
    first = tagloop("retrain", "--no-wait")
    assert first.returncode == 0, first.stderr
    assert ": queued" in first.stdout

    second = tagloop("retrain", "--no-wait")

    # The first may have ended meanwhile.
    assert second.returncode == 0 or "already queued or running" in second.stderr
    wait_until_idle(api)


def test_models_lists_versions_and_puts_one_back(api: Api, tagloop: Run) -> None:
    wait_until_idle(api)
    listed = tagloop("models")
    assert listed.returncode == 0, listed.stderr
    models = api.get("/v1/models")["models"]
    lines = listed.stdout.splitlines()[1:]
    assert [line.split()[:2] for line in lines if line.split()[0].isdigit()] == [
        [str(model["version"]), model["status"]] for model in models
    ]

    promoted = tagloop("models", "promote", 1)

    assert (promoted.returncode, promoted.stdout) == (0, "Version 1 is live.\n"), promoted.stderr
    assert api.get("/v1/models")["models"][-1]["status"] == "live"


@pytest.mark.parametrize(
    "arguments",
    [
        ("models", "promote", 1_000_000),
        ("retag", "--tag", "no-such-tag"),
        ("tags", "make", "zebra crossing"),
    ],
)
def test_invalid_input_is_reported_in_one_sentence(
    tagloop: Run, arguments: tuple[object, ...]
) -> None:
    done = tagloop(*arguments)

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert not done.stdout


def test_retag_can_be_watched(api: Api, tagloop: Run) -> None:
    wait_until_idle(api)
    for photo in (COFFEE, ROCKET):
        api.upload(photo.read_bytes(), owner="retag", wait=30)

    done = tagloop("retag", "--owner", "retag", "--watch")

    assert done.returncode == 0, done.stderr
    assert "done, 2 images" in done.stdout
    assert tagloop("retag", "--below-version", 1, "--watch").stdout.endswith(
        "done, 0 images, 0 changed.\n"
    )
