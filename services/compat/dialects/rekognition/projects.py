"""Tagloop's model versions as the versions of one Custom Labels project.

A version can't be started or stopped by these calls: the live one is RUNNING, the others STOPPED.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy import RowMapping

from services.compat.dialects.rekognition.documents import (
    DescribeProjects,
    DescribeProjectVersions,
    StartProjectVersion,
    StopProjectVersion,
)
from services.compat.dialects.rekognition.errors import AwsError
from services.compat.dialects.rekognition.verifying import region_of
from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.models.models import list_models
from shared.errors import BadRequest, Unavailable
from shared.web.context import context
from shared.web.requests.cursors import cut_page, decode_number_cursor

Document = dict[str, Any]

PROJECT = "tagloop"
ACCOUNT = "000000000000"
FEATURE = "CUSTOM_LABELS"
LIVE = "live"


@dataclass(frozen=True)
class ProjectVersion:
    """One version of the model."""

    number: int
    made_at: datetime
    is_live: bool
    backbone: str

    @property
    def arn(self) -> str:
        """Its name in AWS' form; a version of any region and account is meant by its number."""
        return f"{_arn_start()}/version/{self.number}/{_milliseconds(self.made_at)}"


def describe_projects(request: DescribeProjects) -> Document:
    """Answer DescribeProjects: there is one project."""
    if request.NextToken is not None:
        raise _invalid_token()
    made_at = _versions()[-1].made_at
    is_asked = PROJECT in request.ProjectNames or not request.ProjectNames
    if not is_asked or (request.Features and FEATURE not in request.Features):
        return {"ProjectDescriptions": []}
    project = {
        "ProjectArn": f"{_arn_start()}/{_milliseconds(made_at)}",
        "CreationTimestamp": made_at.timestamp(),
        "Status": "CREATED",
        "Datasets": [],
        "Feature": FEATURE,
        "AutoUpdate": "DISABLED",
    }
    return {"ProjectDescriptions": [project]}


def describe_project_versions(request: DescribeProjectVersions) -> Document:
    """Answer DescribeProjectVersions, newest first."""
    if not _is_project(request.ProjectArn):
        raise _not_found(request.ProjectArn)
    before = _read_token(request.NextToken) if request.NextToken is not None else None
    asked = [
        version
        for version in _versions()
        if (not request.VersionNames or str(version.number) in request.VersionNames)
        and (before is None or version.number < before)
    ]
    page, token = cut_page(
        asked[: request.MaxResults + 1], request.MaxResults, lambda version: version.number
    )
    described = {"ProjectVersionDescriptions": [_describe(version) for version in page]}
    return described | ({"NextToken": token} if token else {})


def start_project_version(request: StartProjectVersion) -> Document:
    """Answer StartProjectVersion. As at AWS, a running version can't be started."""
    version = find_version(request.ProjectVersionArn)
    if version.is_live:
        raise AwsError("ResourceInUseException", f"Version {version.number} is running already.")
    raise AwsError(
        "AccessDeniedException",
        f"Version {version.number} is not live; POST /v1/models/{version.number}/promote makes it.",
    )


def stop_project_version(request: StopProjectVersion) -> Document:
    """Answer StopProjectVersion. Nothing stops: others use the live version as well."""
    find_version(request.ProjectVersionArn)
    return {"Status": "STOPPING"}


def find_version(arn: str) -> ProjectVersion:
    """Return the version with an ARN.

    Raises:
        AwsError: there is none.
    """
    parts = _project_part(arn)
    if parts is not None and len(parts) == 4 and parts[:2] == [PROJECT, "version"]:
        for version in _versions():
            if str(version.number) == parts[2]:
                return version
    raise _not_found(arn)


def _versions() -> list[ProjectVersion]:
    """Return the versions that the caller may know of, newest first."""
    with transaction(context().engine) as connection:
        rows: Sequence[RowMapping] = list_models(connection)
    versions = [
        ProjectVersion(row["version"], row["created_at"], row["status"] == LIVE, row["backbone"])
        for row in rows
    ]
    # The history of the model concerns all owners; the live version is named in every answer.
    if caller_access().owner is not None:
        versions = [version for version in versions if version.is_live]
    if not versions:
        raise Unavailable("There is no model yet: start a worker, which makes the first one.")
    return versions


def _describe(version: ProjectVersion) -> Document:
    return {
        "ProjectVersionArn": version.arn,
        "CreationTimestamp": version.made_at.timestamp(),
        "MinInferenceUnits": 1,
        "Status": "RUNNING" if version.is_live else "STOPPED",
        "StatusMessage": "The model is running." if version.is_live else "The model is not live.",
        "TrainingEndTimestamp": version.made_at.timestamp(),
        "BaseModelVersion": version.backbone,
        "Feature": FEATURE,
    }


def _arn_start() -> str:
    region = region_of(request.headers.get("Authorization", ""))
    return f"arn:aws:rekognition:{region}:{ACCOUNT}:project/{PROJECT}"


def _project_part(arn: str) -> list[str] | None:
    """Return what follows `project/` in an ARN, split; None if it is not the ARN of a project."""
    parts = arn.split(":")
    if len(parts) != 6 or (parts[0], parts[2]) != ("arn", "rekognition"):
        return None
    kind, *rest = parts[5].split("/")
    return rest if kind == "project" else None


def _is_project(arn: str) -> bool:
    parts = _project_part(arn)
    return parts is not None and len(parts) == 2 and parts[0] == PROJECT


def _read_token(token: str) -> int:
    try:
        return decode_number_cursor(token)
    except BadRequest as error:
        raise _invalid_token() from error


def _invalid_token() -> AwsError:
    return AwsError(
        "InvalidPaginationTokenException", "NextToken is not one that the page before ended with."
    )


def _not_found(arn: str) -> AwsError:
    return AwsError(
        "ResourceNotFoundException",
        f"There is no {arn[:200]!r}; DescribeProjects and DescribeProjectVersions name what there "
        "is.",
    )


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
