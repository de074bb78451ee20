"""Settings from variables and files are checked once; an error is one sentence."""

import os
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from shared.config import Settings, load_settings
from shared.config.loading import EXIT_MISCONFIGURED
from shared.config.unknown import refuse_unknown
from shared.db.connection.engine import connect_engine
from shared.errors import ConfigError
from shared.storage.storage import Storage


@pytest.mark.parametrize(
    ("variable", "value", "rule"),
    [
        ("TAGLOOP_LANES", "many", "valid integer"),
        ("TAGLOOP_LANES", "-1", "greater than or equal to 0"),
        ("TAGLOOP_DEVICE", "tpu", "'auto', 'cpu' or 'cuda'"),
        ("TAGLOOP_MIN_CONFIDENCE", "1.5", "less than or equal to 1"),
        ("TAGLOOP_MIN_CONFIDENCE", "nan", "finite"),
        ("TAGLOOP_MAX_IMAGE_BYTES", "0", "greater than 0"),
        ("TAGLOOP_LEASE_SECONDS", "", "valid number"),
        ("TAGLOOP_LEASE_SECONDS", "inf", "finite"),
        ("TAGLOOP_LOG_LEVEL", "loud", "'DEBUG', 'INFO'"),
        ("TAGLOOP_FETCH_ALLOWED_HOSTS", "localhost", "JSON"),
        ("TAGLOOP_FETCH_ALLOWED_HOSTS", "5", "list of names in JSON"),
        ("TAGLOOP_SNS_TOPICS", "[1]", "list of names in JSON"),
        ("TAGLOOP_BROKER_URL", "nonsense", "such as redis://host:6379/0"),
        ("TAGLOOP_BROKER_URL", "mystery://host", "unknown broker 'mystery'; use one of "),
        ("TAGLOOP_BROKER_URL", "redis://host:many/0", "its port is not a number"),
        ("TAGLOOP_RESULT_URL", "mystery://host", "unknown result backend"),
        ("TAGLOOP_LIMITS_URL", "amqp://host", "the address of a Redis"),
        ("TAGLOOP_OTLP_ENDPOINT", "collector:4318", "such as http://collector:4318"),
        ("TAGLOOP_OTLP_ENDPOINT", "grpc://collector", "has to begin with http:// or https://"),
    ],
)
def test_a_wrong_value_is_reported_with_variable_value_and_rule(
    variable: str, value: str, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(ConfigError) as wrong:
        load_settings()

    sentence = str(wrong.value)
    assert sentence.startswith(f"{variable} is ")
    assert value in sentence
    assert rule in sentence
    assert "\n" not in sentence


def test_a_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGLOOP_BROKER_URL", "redis://user:hunter2@host:many/0")

    with pytest.raises(ConfigError) as wrong:
        load_settings()

    assert "hunter2" not in "".join(traceback.format_exception(wrong.value))
    assert "redis://***@host:many/0" in str(wrong.value)


@pytest.mark.parametrize(
    ("variable", "advice"),
    [
        ("TAGLOOP_MIN_CONFIDENSE", "did you mean TAGLOOP_MIN_CONFIDENCE?"),
        ("TAGLOOP_AUHT", "did you mean TAGLOOP_AUTH?"),
        ("TAGLOOP_DATABASE_URL_FIL", "did you mean TAGLOOP_DATABASE_URL_FILE?"),
        ("TAGLOOP_PAINT_IT", "docs/operations/README.md lists them all."),
    ],
)
def test_an_unknown_variable_stops_the_start(
    variable: str, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "1")

    with pytest.raises(ConfigError) as wrong:
        load_settings()

    assert str(wrong.value) == f"{variable} is not a setting of Tagloop; {advice}"


@pytest.mark.parametrize(
    "variable",
    [
        "TAGLOOP_SERVER",
        "TAGLOOP_KEY",
        "TAGLOOP_PORT",
        "TAGLOOP_INGEST_SERVICE_HOST",
        "TAGLOOP_INGEST_PORT_8000_TCP_ADDR",
        "TAGLOOP_WEBHOOK_EXAMPLE_SECRET_FILE",
    ],
)
def test_variables_of_others_are_left_alone(variable: str) -> None:
    refuse_unknown([variable], Settings.model_fields.keys())


@pytest.mark.parametrize(
    "app", ["services.worker.main", "services.trainer.main"], ids=["worker", "trainer"]
)
def test_a_celery_process_that_cannot_start_prints_one_line(app: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "celery", "-A", app, "worker"],
        env={**os.environ, "TAGLOOP_LANES": "many"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == EXIT_MISCONFIGURED
    assert done.stderr.startswith("TAGLOOP_LANES is 'many'")
    assert done.stderr.count("\n") == 1


def test_variables_set_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGLOOP_MAX_FILES", "7")
    monkeypatch.setenv("TAGLOOP_FETCH_ALLOWED_HOSTS", '["intranet", "127.0.0.1"]')

    settings = load_settings()

    assert settings.max_files == 7
    assert settings.fetch_allowed_hosts == {"intranet", "127.0.0.1"}


def test_a_secret_from_a_file_has_no_line_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("redis://:password@broker/0\n")
    monkeypatch.setenv("TAGLOOP_BROKER_URL_FILE", str(secret))

    assert load_settings().broker_url == "redis://:password@broker/0"


def test_a_variable_outweighs_a_file_and_an_argument_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lanes").write_text("1")
    monkeypatch.setenv("TAGLOOP_LANES_FILE", str(tmp_path / "lanes"))
    assert load_settings().lanes == 1

    monkeypatch.setenv("TAGLOOP_LANES", "2")
    assert load_settings().lanes == 2
    assert load_settings(lanes=3).lanes == 3


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"], ids=["missing", "no text"])
def test_an_unreadable_file_is_reported_in_one_sentence(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    if content is not None:
        secret.write_bytes(content)
    monkeypatch.setenv("TAGLOOP_DATABASE_URL_FILE", str(secret))

    with pytest.raises(ConfigError, match="TAGLOOP_DATABASE_URL_FILE names a file that cannot"):
        load_settings()


@pytest.mark.parametrize("url", ["", "nonsense", "mystery://host/db", "postgresql+nope://host/db"])
def test_an_invalid_database_url_is_reported_in_one_sentence(url: str) -> None:
    with pytest.raises(ConfigError, match="TAGLOOP_DATABASE_URL cannot be understood"):
        connect_engine(url)


@pytest.mark.parametrize("url", ["", "/tmp/blobs", "ftp://host/blobs", "s3://"])
def test_an_invalid_storage_url_is_reported_in_one_sentence(url: str) -> None:
    with pytest.raises(ConfigError, match="TAGLOOP_STORAGE_URL is"):
        Storage(url)


def test_every_setting_says_what_it_is_for() -> None:
    assert all(field.description for field in Settings.model_fields.values())


@pytest.mark.parametrize(("value", "hour"), [("", None), ("0", 0), ("23", 23)])
def test_the_nightly_run_has_an_hour_or_is_turned_off(
    monkeypatch: pytest.MonkeyPatch, value: str, hour: int | None
) -> None:
    monkeypatch.setenv("TAGLOOP_RETRAIN_HOUR", value)

    assert load_settings().retrain_hour == hour


@pytest.mark.parametrize("value", ["24", "-1", "three", "null"])
def test_no_other_hour_is_accepted(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TAGLOOP_RETRAIN_HOUR", value)

    with pytest.raises(ConfigError, match="TAGLOOP_RETRAIN_HOUR"):
        load_settings()


def test_the_secrets_of_webhooks_are_gathered_by_source_and_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from-a-file\n")
    monkeypatch.setenv("TAGLOOP_WEBHOOK_S3_SECRET", "token-1 token-2")
    monkeypatch.setenv("TAGLOOP_WEBHOOK_FILESTACK_SECRET_FILE", str(secret))

    settings = load_settings()

    found = {
        source: [one.get_secret_value() for one in secrets]
        for source, secrets in settings.webhook_secrets.items()
    }
    assert found == {"s3": ["token-1", "token-2"], "filestack": ["from-a-file"]}
    assert not any(word in repr(settings) for word in ("token-1", "token-2", "from-a-file"))


def test_a_file_of_a_webhooks_secret_that_cannot_be_read_stops_the_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TAGLOOP_WEBHOOK_S3_SECRET_FILE", "/nowhere/secret")

    with pytest.raises(ConfigError, match="TAGLOOP_WEBHOOK_S3_SECRET_FILE names a file"):
        load_settings()


def test_a_former_name_still_works_and_the_warning_names_the_new_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TAGLOOP_GATE_LEAST_GAIN", "0.25")

    with pytest.warns(FutureWarning, match="TAGLOOP_GATE_MIN_GAIN"):
        assert load_settings().gate_min_gain == 0.25


def test_the_new_name_wins_over_the_former_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGLOOP_GATE_MOST_LOSS", "0.5")
    monkeypatch.setenv("TAGLOOP_GATE_MAX_LOSS", "0.125")

    with pytest.warns(FutureWarning):
        assert load_settings().gate_max_loss == 0.125
