"""Every metric, its unit and its buckets. Names that dashboards rely on."""

from prometheus_client import Counter, Histogram

# From one small picture on an idle machine to a queue of hours.
WAIT_BUCKETS_SECONDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200)
STAGE_BUCKETS_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 20)
BATCH_BUCKETS_IMAGES = (1, 2, 4, 8, 16, 32, 64)

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
    "tagloop_corrections_total", "What people said of tags, by verdict", ("verdict",)
)
stage_seconds = Histogram(
    "tagloop_stage_seconds",
    "Time that one image (fetch, decode, infer, queue) or one batch (score, store) takes",
    ("stage",),
    buckets=STAGE_BUCKETS_SECONDS,
)
batch_images = Histogram(
    "tagloop_batch_images", "Images in one claim", buckets=BATCH_BUCKETS_IMAGES
)
