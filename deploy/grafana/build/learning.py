"""The dashboard on corrections, on what is learned from them, and on changes of the pictures."""

from deploy.grafana.build.panel import Dashboard, Panel, PanelQuery

LEARNING = Dashboard(
    "tagloop-learning",
    "Tagloop: Learning",
    [
        Panel(
            "Live precision, 28 days",
            [PanelQuery("tagloop:live_precision:ratio")],
            "percentunit",
            4,
            "stat",
            "Share of the tags shown on corrected images that people kept.",
        ),
        Panel(
            "Live version",
            [PanelQuery('max by (version) (tagloop_model_info{kind="head"})', "{{version}}")],
            width=4,
            kind="stat",
            help="The series is named by the version.",
        ),
        Panel(
            "Corrections that wait",
            [PanelQuery("max(tagloop_retraining_queue)")],
            width=4,
            kind="stat",
        ),
        Panel(
            "Since the last run ended",
            [PanelQuery("time() - max(tagloop_finetune_ended_timestamp_seconds)")],
            "s",
            4,
            "stat",
        ),
        Panel(
            "Images left to re-tag",
            [PanelQuery("max(tagloop_retag_images_left)")],
            width=4,
            kind="stat",
        ),
        Panel("Trainers", [PanelQuery("tagloop:trainers_up:sum")], width=4, kind="stat"),
        Panel(
            "Corrections an hour",
            [
                PanelQuery(
                    "sum by (verdict) (increase(tagloop_corrections_total[1h]))", "{{verdict}}"
                )
            ],
        ),
        Panel(
            "Live precision", [PanelQuery("tagloop:live_precision:ratio", "kept")], "percentunit"
        ),
        Panel(
            "Share removed, by tag",
            [
                PanelQuery(
                    "topk(15, 1 - tagloop:live_precision_by_tag:ratio)", "{{tag}}", instant=True
                )
            ],
            "percentunit",
            kind="bargauge",
            help="Of the tags that were judged most often; the others are together.",
        ),
        Panel(
            "Quality on held-out images, by version",
            [
                PanelQuery(
                    "max by (version, metric) (tagloop_model_quality)",
                    "{{metric}}, version {{version}}",
                )
            ],
            "percentunit",
            16,
        ),
        Panel(
            "Versions and runs",
            [
                PanelQuery("max by (status) (tagloop_model_versions)", "versions: {{status}}"),
                PanelQuery("max by (status) (tagloop_finetune_runs)", "runs: {{status}}"),
            ],
        ),
        Panel("Retraining queue", [PanelQuery("max(tagloop_retraining_queue)", "corrections")]),
        Panel(
            "Drift",
            [PanelQuery("max by (of) (tagloop_drift)", "{{of}}")],
            help="Population stability index of the last day against the last 28 days: below 0.1 "
            "nothing has changed, above 0.25 much has.",
        ),
        Panel(
            "Mean confidence of shown tags",
            [PanelQuery("max by (window) (tagloop_mean_confidence)", "{{window}}")],
            "percentunit",
        ),
        Panel(
            "Share of images by tag, last day",
            [
                PanelQuery(
                    'topk(15, max by (tag) (tagloop_tag_share{window="day"}))',
                    "{{tag}}",
                    instant=True,
                )
            ],
            "percentunit",
            kind="bargauge",
        ),
        Panel(
            "Share of images by tag, last 28 days",
            [
                PanelQuery(
                    'topk(15, max by (tag) (tagloop_tag_share{window="28 days"}))',
                    "{{tag}}",
                    instant=True,
                )
            ],
            "percentunit",
            kind="bargauge",
        ),
        Panel(
            "Images in the samples",
            [PanelQuery("max by (window) (tagloop_drift_sample_images)", "{{window}}")],
            help="Drift over a few hundred images says little.",
        ),
    ],
)
