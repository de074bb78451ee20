"""Load and memory of the machine's GPUs, measured every few seconds."""

import threading

import pynvml
import structlog

from shared.observability.metrics import gpu_memory, gpu_utilization

LOOK_SECONDS = 5.0
PERCENT = 100

log = structlog.get_logger(__name__)


class GpuWatch:
    """A thread that keeps the gauges of all GPUs up to date."""

    def __init__(self) -> None:
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gpu-watch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                look_at_gpus()
            # A restart of the driver must not end the thread.
            except pynvml.NVMLError as error:
                log.warning("a GPU could not be measured", reason=str(error))
            if self._closing.wait(LOOK_SECONDS):
                return


def watch_gpus() -> GpuWatch | None:
    """Start watching the GPUs; return None if the driver does not answer, which is not an error."""
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        log.warning("no figures of GPUs", reason=str(error))
        return None
    return GpuWatch()


def look_at_gpus() -> None:
    """Set the gauges of every GPU that the driver lists.

    Raises:
        pynvml.NVMLError: the driver does not answer.
    """
    for number in range(pynvml.nvmlDeviceGetCount()):
        device = pynvml.nvmlDeviceGetHandleByIndex(number)
        memory = pynvml.nvmlDeviceGetMemoryInfo(device)
        gpu_memory.labels(str(number), "used").set(memory.used)
        gpu_memory.labels(str(number), "total").set(memory.total)
        busy = pynvml.nvmlDeviceGetUtilizationRates(device).gpu
        gpu_utilization.labels(str(number)).set(busy / PERCENT)
