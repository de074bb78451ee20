"""The settings of Tagloop, with their types, limits, defaults and meanings."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from shared.config.hold_list import STARTING_LIST
from shared.config.renamed import RenamedSource
from shared.config.sources import PREFIX, SettingFileSource
from shared.config.values import (
    BrokerUrl,
    HourOrNone,
    HttpUrl,
    MasterSecret,
    Names,
    PathOrNone,
    RedisUrl,
    ResultUrl,
    SigningSecret,
)
from shared.config.webhook_secrets import WebhookSecretsSource

MEBIBYTE = 1024 * 1024


class Settings(BaseSettings):
    """The settings of one process; see the field descriptions for meaning and unit."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", allow_inf_nan=False
    )

    database_url: str = Field(
        "postgresql+psycopg2:///tagloop", description="Postgres with pgvector, as an SQLAlchemy URL"
    )
    broker_url: BrokerUrl = Field("redis://localhost:6379/0", description="Celery broker URL")
    result_url: ResultUrl = Field("", description="Celery result backend URL; empty: the broker's")
    storage_url: str = Field(
        "file:///var/lib/tagloop/blobs",
        description="where originals are stored: file://, s3://, gs:// or az://",
    )
    cache_dir: Path = Field(
        Path("~/.cache/tagloop"), description="folder for networks converted for this machine"
    )
    backbone: str = Field(
        "tf_efficientnet_lite0",
        description="network that turns pixels into embeddings, of timm or, with the prefix "
        "open_clip:, of open_clip; counts for the first start only, later "
        "`tagloop backbone switch` changes it",
    )
    backbone_weights: PathOrNone = Field(
        None,
        description="safetensors file with the weights of this network; empty: they come from a "
        "package or the hub",
    )
    backbone_words: PathOrNone = Field(
        None,
        description="file with the words of an open_clip network, one a line; empty: the 6,200 "
        "that come with the program",
    )
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="where the backbone runs")
    precision: Literal["auto", "f32", "bf16", "int8"] = Field(
        "auto",
        description="precision of the backbone on a CPU; auto: that of the stored embeddings; the "
        "fastest one if there are none",
    )
    lanes: int = Field(
        0,
        ge=0,
        le=256,
        description="number of a worker's decode threads; 0: number of cores plus one",
    )
    decode_seconds: int = Field(20, gt=0, description="maximum seconds to decode one picture")
    decode_memory_bytes: int = Field(
        2048 * MEBIBYTE, gt=0, description="maximum memory for decoding one picture, in bytes"
    )
    min_confidence: float = Field(
        0.4, ge=0, le=1, description="minimum probability at which a tag is shown"
    )
    custom_tags: bool = Field(
        True, description="whether people may create tags that are not in the vocabulary"
    )
    shared_tags: bool = Field(
        False,
        description="whether all owners share the tags that are made with an owner's key",
    )
    max_new_tags_per_request: int = Field(
        500, gt=0, description="maximum number of new tags that one request makes"
    )
    max_new_tags_per_day: int = Field(
        2000, gt=0, description="maximum number of new tags that one key makes in 24 hours"
    )
    max_tags_per_owner: int = Field(
        2000, gt=0, description="maximum number of tags that belong to one owner"
    )
    max_shared_tags: int = Field(
        10_000, gt=0, description="maximum number of shared tags that people made"
    )
    max_tags_per_image: int = Field(
        200, gt=0, description="maximum number of tags that people may decide on one image"
    )
    hold_tags: Names = Field(
        STARTING_LIST,
        description="tags that only people may give an image, with their narrower tags, as JSON; "
        "[]: none",
    )
    visual_index: bool = Field(
        False,
        description="whether workers build an index for visual search once there are 100,000 "
        "images; worth it beyond a million",
    )
    queue_limit: int = Field(
        100_000,
        gt=0,
        description="maximum number of queued images; beyond it, uploads are refused with 503",
    )
    max_image_bytes: int = Field(
        50 * MEBIBYTE, gt=0, description="maximum size of a file, in bytes"
    )
    max_image_pixels: int = Field(
        100_000_000, gt=0, description="maximum width x height of a picture"
    )
    max_files: int = Field(1000, gt=0, description="maximum number of pictures in one request")
    max_wait_seconds: float = Field(
        60, ge=0, description="maximum seconds that `wait=` may hold a request"
    )
    lease_seconds: float = Field(
        15, gt=0, description="seconds after which a silent worker's images are given to another"
    )
    max_attempts: int = Field(5, gt=0, description="attempts before an image is marked as failed")
    fetch_seconds: float = Field(20, gt=0, description="maximum seconds to fetch one URL")
    fetch_allowed_hosts: Names = Field(
        frozenset(),
        description='hosts that may be fetched from at any address, as JSON: ["intranet"]',
    )
    callback_secret: SigningSecret = Field(
        SecretStr(""),
        description="secret that signs messages to callback URLs: whsec_ and 24 to 64 bytes in "
        "base64; empty: no callback URL is accepted",
    )
    delivery_allowed_hosts: Names = Field(
        frozenset(),
        description='hosts that events may be sent to at any address, as JSON: ["intranet"]',
    )
    webhook_secrets: dict[str, tuple[SecretStr, ...]] = Field(
        {},
        description="secrets of the webhook sources; `TAGLOOP_WEBHOOK_<SOURCE>_SECRET` sets "
        "the secret of one source",
    )
    webhook_window_seconds: int = Field(
        300, gt=0, description="maximum seconds between the signed time of a webhook and now"
    )
    keep_corrections_days: float = Field(
        30,
        ge=0,
        description="how long corrections of an object that left its bucket are kept, in case its "
        "bytes come again",
    )
    sns_topics: Names = Field(
        frozenset(),
        description="ARNs of the SNS topics that are accepted, as JSON; empty: none",
    )
    s3_buckets: Names = Field(
        frozenset(),
        description="buckets whose events are accepted, as JSON; empty: all that can be read. "
        "Rekognition's S3Object is read from listed buckets only",
    )
    compat_keep: bool = Field(
        True,
        description="whether pictures sent through another vendor's API (/compat) are kept; false: "
        "each is deleted once it is answered",
    )
    compat_words: str = Field(
        "",
        description="TOML file that renames tags in those APIs' answers; empty: no tag is renamed",
    )
    sigv4_secret: MasterSecret = Field(
        SecretStr(""),
        description="secret that the secrets of AWS keys (`tagloop keys create --aws`) are derived "
        "from, 32 characters or more; empty: there are no AWS keys",
    )
    hashtag_tags: Literal["propose", "accept", "off"] = Field(
        "propose",
        description="what becomes of new tags learned from hashtags: propose: a person decides on "
        "each; accept: they go live; off: hashtags teach nothing",
    )
    retrain_hour: HourOrNone = Field(
        3,
        ge=0,
        le=23,
        description="hour (UTC) at which the nightly fine-tune starts; empty: only on request",
    )
    keep_versions: int = Field(
        5,
        ge=1,
        description="number of replaced versions whose files are kept to go back to; versions that "
        "were live for a day are kept as well",
    )
    gate_min_gain: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="minimum gain in mean average precision for a candidate to go live",
    )
    gate_max_loss: float = Field(
        0.01, ge=0, le=1, description="maximum loss of a candidate on earlier corrections"
    )
    gate_max_overruled: float = Field(
        0.1,
        ge=0,
        le=1,
        description="maximum share of the live version's certain tags that may disappear",
    )
    gate_max_spread: float = Field(
        0.2,
        ge=0,
        le=1,
        description="maximum share of the pictures that certainly lack a tag but get it",
    )
    auth: bool = Field(
        False,
        description="whether requests need a key; without keys, only requests from this machine "
        "are answered",
    )
    allowed_hosts: Names = Field(
        frozenset(),
        description="host names, besides localhost, that requests without keys may use, as JSON: "
        '["tagloop.lan"]',
    )
    requests_per_minute: int = Field(
        6000, gt=0, description="maximum requests a minute of a key without a limit of its own"
    )
    bytes_per_minute: int = Field(
        6 * 1024 * MEBIBYTE,
        gt=0,
        description="maximum bytes in request bodies a minute of a key without a limit of its own",
    )
    limits_url: RedisUrl = Field(
        "", description="Redis that counts the use of keys; empty: the broker's"
    )
    metrics_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="port on which a worker or trainer serves metrics; 0: none, if it shares a "
        "metrics folder with a web process",
    )
    otlp_endpoint: HttpUrl = Field(
        "",
        description="OTLP endpoint that receives traces by HTTP, such as http://collector:4318; "
        "empty: no traces",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="minimum level that is logged"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over variables, variables over files."""
        return (
            init_settings,
            env_settings,
            RenamedSource(settings_cls),
            SettingFileSource(settings_cls),
            WebhookSecretsSource(settings_cls),
        )
