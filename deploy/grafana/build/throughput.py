"""The dashboard on how much comes in, how fast it is tagged, and what that costs."""

from deploy.grafana.build.panel import (
    Dashboard,
    Panel,
    PanelQuery,
    mean_by,
    quantile_by,
    quantiles,
    rate_by,
)

TAGGED_PER_SECOND = 'sum(rate(tagloop_images_tagged_total{outcome="tagged"}[$__rate_interval]))'
WORKERS = 'sum(celery_worker_up{role="worker"})'

THROUGHPUT = Dashboard(
    "tagloop-throughput",
    "Tagloop: Throughput",
    [
        Panel("Tagged per second", [PanelQuery(TAGGED_PER_SECOND)], "cps", 4, "stat"),
        Panel(
            "Images that wait", [PanelQuery("sum(tagloop:queue_depth:max)")], width=4, kind="stat"
        ),
        Panel(
            "Oldest waiting image",
            [PanelQuery("max(tagloop:oldest_waiting_seconds:max)")],
            "s",
            4,
            "stat",
        ),
        Panel("Workers", [PanelQuery("tagloop:workers_up:sum")], width=4, kind="stat"),
        Panel(
            "Upload to tags, p95",
            [PanelQuery("tagloop:upload_to_tagged_seconds:p95_5m")],
            "s",
            4,
            "stat",
        ),
        Panel(
            "Cost of 1,000 images",
            [PanelQuery(f"{WORKERS} * $price_per_hour / 3.6 / ({TAGGED_PER_SECOND} > 0)")],
            "currencyUSD",
            4,
            "stat",
            "What the workers cost at the price above while they tag at the present rate.",
        ),
        Panel("Uploads", [rate_by("outcome", "tagloop_uploads_total")], "cps"),
        Panel(
            "Images out of the queue", [rate_by("outcome", "tagloop_images_tagged_total")], "cps"
        ),
        Panel("Waiting images", [PanelQuery("tagloop:queue_depth:max", "{{queue}}")]),
        Panel("From upload to tags", quantiles("tagloop_upload_to_tagged_seconds"), "s"),
        Panel(
            "Stages, mean",
            [mean_by("stage", "tagloop_stage_seconds")],
            "s",
            help="One image for queue, fetch, decode and infer; one batch for score and store.",
        ),
        Panel("Stages, p95", [quantile_by("stage", 0.95, "tagloop_stage_seconds")], "s"),
        Panel(
            "Images in one claim",
            [
                PanelQuery(
                    "sum(rate(tagloop_batch_images_sum[$__rate_interval])) / "
                    "(sum(rate(tagloop_batch_images_count[$__rate_interval])) > 0)",
                    "mean",
                )
            ],
        ),
        Panel(
            "Lane seconds for one image",
            [
                PanelQuery(
                    'sum(rate(tagloop_stage_seconds_sum{stage=~"fetch|decode|infer"}'
                    f"[$__rate_interval])) / ({TAGGED_PER_SECOND} > 0)",
                    "fetch, decode and infer",
                )
            ],
            "s",
        ),
        Panel("Workers and trainers", [PanelQuery("sum by (role) (celery_worker_up)", "{{role}}")]),
        Panel(
            "Errors",
            [
                PanelQuery(
                    '(sum(rate(tagloop_http_requests_total{code=~"5.."}[$__rate_interval]))'
                    " or vector(0))",
                    "requests answered with 5xx",
                ),
                PanelQuery(
                    'sum(rate(tagloop_images_tagged_total{outcome="failed"}[$__rate_interval]))',
                    "images that failed",
                ),
                PanelQuery(
                    "(sum(rate(celery_task_failed_total[$__rate_interval])) or vector(0))",
                    "Celery tasks that failed",
                ),
            ],
            "cps",
        ),
        Panel("Requests", [rate_by("route", "tagloop_http_requests_total")], "reqps"),
        Panel("Requests, p95", [quantile_by("service", 0.95, "tagloop_http_request_seconds")], "s"),
        Panel("Tasks that ended well", [rate_by("name", "celery_task_succeeded_total")], "cps"),
        Panel("Tasks, p95", [quantile_by("name", 0.95, "celery_task_runtime")], "s"),
        Panel(
            "GPU: busy",
            [PanelQuery("max by (gpu) (tagloop_gpu_utilization_ratio)", "GPU {{gpu}}")],
            "percentunit",
            help="Empty where no worker runs on a GPU.",
        ),
        Panel(
            "GPU: memory",
            [PanelQuery("max by (gpu, kind) (tagloop_gpu_memory_bytes)", "GPU {{gpu}} {{kind}}")],
            "bytes",
            help="Empty where no worker runs on a GPU.",
        ),
    ],
    {"price_per_hour": ("USD for an hour of one worker", "0.10")},
)
