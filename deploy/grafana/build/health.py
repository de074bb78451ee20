"""The dashboard on what runs, what had to be repaired, and what may run out."""

from deploy.grafana.build.panel import Dashboard, Panel, PanelQuery, quantile_by, quantiles, rate_by

HEALTH = Dashboard(
    "tagloop-health",
    "Tagloop: Health",
    [
        Panel(
            "Alerts that fire",
            [PanelQuery('count(ALERTS{alertstate="firing"}) or vector(0)')],
            width=4,
            kind="stat",
        ),
        Panel("Workers", [PanelQuery("tagloop:workers_up:sum")], width=4, kind="stat"),
        Panel(
            "Processes that do not answer",
            [PanelQuery("count(up == 0) or vector(0)")],
            width=4,
            kind="stat",
        ),
        Panel(
            "Nothing gets tagged",
            [PanelQuery("max(tagloop_stalled)")],
            width=4,
            kind="stat",
            help="1 while images wait and no worker holds any.",
        ),
        Panel(
            "Disk left",
            [
                PanelQuery(
                    'min(tagloop_storage_disk_bytes{kind="free"}) / '
                    'min(tagloop_storage_disk_bytes{kind="total"})'
                )
            ],
            "percentunit",
            4,
            "stat",
            "Empty where originals are in an object store.",
        ),
        Panel(
            "Oldest waiting image",
            [PanelQuery("max(tagloop:oldest_waiting_seconds:max)")],
            "s",
            4,
            "stat",
        ),
        Panel(
            "Parts that web processes reach",
            [PanelQuery("min by (part) (tagloop_part_up)", "{{part}}")],
        ),
        Panel("Workers and trainers", [PanelQuery("sum by (role) (celery_worker_up)", "{{role}}")]),
        Panel(
            "Starts within ten minutes",
            [
                PanelQuery(
                    "changes((max by (role) (tagloop_started_timestamp_seconds))[10m:10s])",
                    "{{role}}",
                )
            ],
        ),
        Panel(
            "Recoveries",
            [rate_by("kind", "tagloop_recoveries_total")],
            "cps",
            help="taken_over: a worker died with them. announced_again: a message was lost.",
        ),
        Panel("Leases", [PanelQuery("max by (state) (tagloop_leases)", "{{state}}")]),
        Panel(
            "Oldest waiting image, by queue",
            [PanelQuery("tagloop:oldest_waiting_seconds:max", "{{queue}}")],
            "s",
        ),
        Panel("Deliveries", [rate_by("outcome", "tagloop_webhook_deliveries_total")], "cps"),
        Panel(
            "Messages in the broker",
            [PanelQuery("max by (queue_name) (celery_queue_length)", "{{queue_name}}")],
        ),
        Panel(
            "Tasks put off or failed",
            [
                PanelQuery(
                    "(sum(rate(celery_task_retried_total[$__rate_interval])) or vector(0))",
                    "put off",
                ),
                PanelQuery(
                    "(sum(rate(celery_task_failed_total[$__rate_interval])) or vector(0))",
                    "failed",
                ),
            ],
            "cps",
        ),
        Panel("Transactions", quantiles("tagloop_database_transaction_seconds"), "s"),
        Panel(
            "Storage operations, p95",
            [quantile_by("operation", 0.95, "tagloop_storage_seconds")],
            "s",
        ),
        Panel(
            "Errors of database and storage",
            [
                PanelQuery(
                    "sum(rate(tagloop_database_errors_total[$__rate_interval]))", "database"
                ),
                rate_by("operation", "tagloop_storage_errors_total"),
            ],
            "cps",
        ),
        Panel(
            "Connections to the database",
            [PanelQuery("max by (kind) (tagloop_database_connections)", "{{kind}}")],
        ),
        Panel("Size of the database", [PanelQuery("max(tagloop_database_bytes)", "size")], "bytes"),
        Panel(
            "Disk of the storage",
            [PanelQuery("min by (kind) (tagloop_storage_disk_bytes)", "{{kind}}")],
            "bytes",
        ),
    ],
)
