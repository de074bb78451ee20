"""An object store that speaks S3, as a process of its own (moto), and a bucket in it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import urllib3

from tests.acceptance.conftest import free_port
from tests.support.conditions import wait_for
from tests.support.events.webhooks import BUCKET
from tests.support.requests.sending import send

REGION = "us-east-1"
NOTIFIED = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]


@contextmanager
def object_store() -> Iterator[str]:
    """Run an object store; return its address."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: _answers(url), "the object store")
        yield url
    finally:
        server.terminate()
        server.wait()


def reset(endpoint: str) -> None:
    """Empty it."""
    send("POST", f"{endpoint}/moto-api/reset")


def _answers(url: str) -> bool:
    try:
        return urllib3.request("GET", f"{url}/moto-api/", retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False


class Bucket:
    """A bucket, and the queue that it sends its notifications to."""

    def __init__(self, endpoint: str) -> None:
        self.s3: Any = boto3.client("s3", REGION, endpoint_url=endpoint)
        self._sqs: Any = boto3.client("sqs", REGION, endpoint_url=endpoint)
        self._queue = self._sqs.create_queue(QueueName="events")["QueueUrl"]
        asked = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        to_queue = {"QueueArn": asked["Attributes"]["QueueArn"], "Events": NOTIFIED}
        self.s3.create_bucket(Bucket=BUCKET)
        self.s3.put_bucket_notification_configuration(
            Bucket=BUCKET, NotificationConfiguration={"QueueConfigurations": [to_queue]}
        )

    def notifications(self) -> list[bytes]:
        """Return the bodies of all notifications since the last call, in no order."""
        found: list[bytes] = []
        while more := self._sqs.receive_message(
            QueueUrl=self._queue, MaxNumberOfMessages=10, WaitTimeSeconds=0
        ).get("Messages"):
            for message in more:
                found.append(message["Body"].encode())
                self._sqs.delete_message(
                    QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"]
                )
        return found
