"""Fetch pictures from other servers, without letting them reach ours."""

from shared.fetch.download import download
from shared.fetch.guard import RESOLVE_SECONDS, Target, check_form, check_url
from shared.fetch.objects import read_object

__all__ = ["RESOLVE_SECONDS", "Target", "check_form", "check_url", "download", "read_object"]
