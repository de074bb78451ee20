"""The types of events that endpoints can receive."""

from typing import Literal

EventType = Literal["image.tagged", "image.failed", "image.corrected", "model.promoted"]

IMAGE_TAGGED: EventType = "image.tagged"
IMAGE_FAILED: EventType = "image.failed"
IMAGE_CORRECTED: EventType = "image.corrected"
MODEL_PROMOTED: EventType = "model.promoted"
# A version of the model belongs to no owner.
OF_IMAGES = (IMAGE_TAGGED, IMAGE_FAILED, IMAGE_CORRECTED)
ALL = (*OF_IMAGES, MODEL_PROMOTED)
