"""The entry point of worker and beat: `celery -A services.worker.main worker -P threads`.

Celery wants an app when it imports this module; no other module in Tagloop does work at import.
"""

from celery import signals

from services.worker.health.beat import mark_each_task
from services.worker.health.progress import refuse_stalled
from services.worker.runtime import Runtime, start_runtime
from services.worker.tagging.sweeper import SWEEP_SECONDS
from services.worker.tasks import register_tasks
from shared.config import load_settings_or_exit
from shared.messaging.celery_app import DELIVER, FINETUNE, INDEX_CODES, RETAG, SWEEP, create_celery
from shared.messaging.celery_process import CeleryProcess

# How often to look for due runs and re-tagging, in case a message was lost.
ROUND_SECONDS = 60.0

settings = load_settings_or_exit()
app = create_celery(settings)
process = CeleryProcess(
    "worker",
    settings,
    lambda tasks: start_runtime(settings, app, tasks),
    Runtime.close,
    check=lambda runtime: refuse_stalled(runtime.engine),
)
register_tasks(app, process.parts)
app.conf.beat_schedule = {
    task: {
        "task": task,
        "schedule": seconds,
        # Messages that no worker took in time must not pile up.
        "options": {"expires": seconds},
    }
    for task, seconds in (
        (SWEEP, SWEEP_SECONDS),
        (FINETUNE, ROUND_SECONDS),
        (RETAG, ROUND_SECONDS),
        (DELIVER, ROUND_SECONDS),
        (INDEX_CODES, ROUND_SECONDS),
    )
}
process.connect()
signals.beat_init.connect(mark_each_task, weak=False)
