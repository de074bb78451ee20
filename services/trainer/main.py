"""The entry point of the trainer: `celery -A services.trainer.main worker -P threads`.

Celery wants an app when it imports this module; no other module in Tagloop does work at import.
"""

from services.trainer.tasks import register_tasks
from services.trainer.trainer import Trainer, start_trainer
from shared.config import load_settings_or_exit
from shared.messaging.celery_app import TRAINING, create_celery, queue_named
from shared.messaging.celery_process import CeleryProcess

# One thread for a large run, and one for a user who waits for a new tag.
RUNS_AT_ONCE = 2

settings = load_settings_or_exit()
app = create_celery(settings)
app.conf.update(task_queues=[queue_named(TRAINING)], worker_concurrency=RUNS_AT_ONCE)
process = CeleryProcess(
    "trainer", settings, lambda runs: start_trainer(settings, app, runs), Trainer.close
)
register_tasks(app, process.parts)
process.connect()
