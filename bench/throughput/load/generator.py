"""`python -m bench.throughput.load.generator`: upload pictures and print each request's seconds."""

import argparse
import http.client
import itertools
import json
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.setup.pictures import distinct, jpeg_files
from bench.setup.room import HOST

BOUNDARY = b"tagloop-bench-boundary"
HEADERS = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY.decode()}"}
ANSWER_SECONDS = 120.0


@dataclass
class Generator:
    """Requests spread over connections.

    rate: requests a second, or None to send as fast as answers arrive.
    """

    port: int
    path: str
    blobs: list[bytes]
    requests: int
    per_request: int
    rate: float | None
    latencies: list[float] = field(default_factory=list)
    error: Exception | None = None

    def run(self, connections: int) -> float:
        """Send everything; return the monotonic time at which the first request was due."""
        run_id = uuid.uuid4().hex
        numbers = itertools.count()
        started = time.monotonic()
        threads = [
            threading.Thread(target=self._keep_sending, args=(numbers, run_id, started))
            for _ in range(connections)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.error is not None:
            raise self.error
        return started

    def _keep_sending(self, numbers: Iterator[int], run_id: str, started: float) -> None:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=ANSWER_SECONDS)
        try:
            # next() of a count is atomic in CPython: no two threads get the same number.
            while self.error is None and (number := next(numbers)) < self.requests:
                body = self._body(number, run_id)
                due = time.monotonic() if self.rate is None else started + number / self.rate
                time.sleep(max(0.0, due - time.monotonic()))
                self._send(connection, body)
                self.latencies.append(time.monotonic() - due)
        except (OSError, http.client.HTTPException) as error:
            self.error = error
        finally:
            connection.close()

    def _send(self, connection: http.client.HTTPConnection, body: bytes) -> None:
        connection.request("POST", self.path, body, HEADERS)
        response = connection.getresponse()
        text = response.read()
        if response.status >= http.HTTPStatus.BAD_REQUEST:
            raise http.client.HTTPException(f"HTTP status {response.status}: {text.decode()}")

    def _body(self, number: int, run_id: str) -> bytes:
        parts = []
        for picture in range(number * self.per_request, (number + 1) * self.per_request):
            parts += [
                b"--%b\r\nContent-Disposition: form-data; " % BOUNDARY,
                b'name="file"; filename="%d.jpg"\r\n' % picture,
                b"Content-Type: image/jpeg\r\n\r\n",
                distinct(self.blobs[picture % len(self.blobs)], f"{run_id}-{picture}"),
                b"\r\n",
            ]
        return b"".join((*parts, b"--%b--\r\n" % BOUNDARY))


def main() -> int:
    """Run the generator with the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--images", type=int, required=True)
    parser.add_argument("--connections", type=int, required=True)
    parser.add_argument("--per-request", type=int, default=1)
    parser.add_argument("--rate", type=float)
    options = parser.parse_args()
    generator = Generator(
        options.port,
        options.path,
        [path.read_bytes() for path in jpeg_files(options.pictures)],
        options.images // options.per_request,
        options.per_request,
        options.rate,
    )
    loaded_cpu = time.process_time()
    try:
        started = generator.run(options.connections)
    except (OSError, http.client.HTTPException) as error:
        print(f"The server did not take a picture: {error}", file=sys.stderr)
        return 1
    result = {
        "started": started,
        "finished": time.monotonic(),
        "cpu_seconds": time.process_time() - loaded_cpu,
        "latencies": generator.latencies,
    }
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
