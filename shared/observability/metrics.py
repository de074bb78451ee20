"""Every metric that processes count, with its unit and buckets. Dashboards rely on these names.

Figures from the database are read when Prometheus asks: see `shared/web/figures/state_metrics.py`.
"""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

# From one small picture on an idle machine to a queue of hours.
WAIT_BUCKETS_SECONDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200)
STAGE_BUCKETS_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 20)
BATCH_BUCKETS_IMAGES = (1, 2, 4, 8, 16, 32, 64)
REQUEST_BUCKETS_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)
TASK_BUCKETS_SECONDS = (0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800)
# For a gauge that processes of one machine share: sum over the live ones.
LIVING: Final = "livemax"

uploads = Counter(
    "tagloop_uploads_total", "Pictures offered, by source and outcome", ("source", "outcome")
)
images_tagged = Counter(
    "tagloop_images_tagged_total", "Images that left the queue, by outcome", ("outcome",)
)
upload_to_tagged = Histogram(
    "tagloop_upload_to_tagged_seconds",
    "From the upload to the stored tags",
    buckets=WAIT_BUCKETS_SECONDS,
)
corrections = Counter(
    "tagloop_corrections_total", "People's corrections of tags, by verdict", ("verdict",)
)
webhook_deliveries = Counter(
    "tagloop_webhook_deliveries_total",
    "Attempts to deliver an event, by outcome",
    ("outcome",),
)
stage_seconds = Histogram(
    "tagloop_stage_seconds",
    "Time of each stage, for an image (fetch, decode, infer, queue) or a batch (score, store)",
    ("stage",),
    buckets=STAGE_BUCKETS_SECONDS,
)
batch_images = Histogram(
    "tagloop_batch_images", "Images in one claim", buckets=BATCH_BUCKETS_IMAGES
)
recoveries = Counter(
    "tagloop_recoveries_total",
    "Images that needed a second try: taken_over from a worker that died, given_back after an "
    "error that may pass, announced_again after a message was lost, given_up after all attempts",
    ("kind",),
)

requests = Counter("tagloop_http_requests_total", "Requests answered", ("service", "route", "code"))
request_seconds = Histogram(
    "tagloop_http_request_seconds",
    "From a request to its answer; one that waits for tags takes as long as they do",
    ("service",),
    buckets=REQUEST_BUCKETS_SECONDS,
)
transaction_seconds = Histogram(
    "tagloop_database_transaction_seconds",
    "One transaction, with what the program does within it",
    buckets=STAGE_BUCKETS_SECONDS,
)
database_errors = Counter(
    "tagloop_database_errors_total", "Transactions that failed because Postgres did not answer"
)
storage_seconds = Histogram(
    "tagloop_storage_seconds",
    "One operation of the blob storage",
    ("operation",),
    buckets=STAGE_BUCKETS_SECONDS,
)
storage_errors = Counter(
    "tagloop_storage_errors_total", "Operations that the blob storage refused", ("operation",)
)
waits_refused = Counter(
    "tagloop_waits_refused_total",
    "Requests that were not held for a worker or for DNS, because too many were held already",
)
started = Gauge(
    "tagloop_started_timestamp_seconds",
    "When the youngest process of a role was ready, in seconds since 1970",
    ("role",),
    multiprocess_mode=LIVING,
)
gpu_utilization = Gauge(
    "tagloop_gpu_utilization_ratio",
    "Share of the last second in which the GPU computed",
    ("gpu",),
    multiprocess_mode=LIVING,
)
gpu_memory = Gauge(
    "tagloop_gpu_memory_bytes",
    "Memory of the GPU, used and in total",
    ("gpu", "kind"),
    multiprocess_mode=LIVING,
)


def declare_outcomes() -> None:
    """Count every outcome from zero: a counter that first appears as 1 has no rate."""
    for source in ("upload", "url"):
        for outcome in ("accepted", "known", "refused"):
            uploads.labels(source, outcome)
    for outcome in ("tagged", "failed"):
        images_tagged.labels(outcome)
    for verdict in ("add", "remove", "confirm", "undo"):
        corrections.labels(verdict)
    for kind in ("taken_over", "given_back", "announced_again", "given_up"):
        recoveries.labels(kind)
    for outcome in ("delivered", "retried", "failed"):
        webhook_deliveries.labels(outcome)
    for operation in ("put", "get", "delete"):
        storage_errors.labels(operation)
