"""Which operation needs which key. An operation that is not listed needs an unbound admin's key."""

from dataclasses import dataclass

from shared.auth.scopes import Scope


@dataclass(frozen=True)
class Rule:
    """What permits an operation.

    scopes: one of them; bound: also for keys that are bound to an owner; changes: a GET that
    changes something, so that other sites' pages may not send it.

    An operation that is open to bound keys shows and changes only their owner's data.
    """

    scopes: frozenset[Scope]
    bound: bool = True
    changes: bool = False


def _needs(*scopes: Scope, bound: bool = True, changes: bool = False) -> Rule:
    return Rule(frozenset((*scopes, Scope.ADMIN)), bound, changes)


OPEN = Rule(frozenset())
DEFAULT = _needs(bound=False)

# Probes and machines have no keys; the description of the API says nothing about pictures.
# Signing in happens without a session.
OPEN_PATHS = frozenset(
    {"/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/v1/session"}
)
# The views of the web page. They are the same for everyone: what they show comes from the API.
PAGE_PATHS = frozenset(
    {
        "/",
        "/themes",
        "/pictures/{image_id}",
        "/review",
        "/dial",
        "/teach",
        "/models",
        "/status",
        "/owners",
        "/owners/{owner}",
        "/sign-in",
    }
)
# Webhooks prove with a signature where they come from.
OPEN_PREFIXES = ("/docs/", "/page/", "/v1/webhooks/")
# Other vendors' APIs. Each of their requests sends a picture and reads its tags, as POST /v1/images
# with wait= does; in some a GET sends it.
COMPAT_PREFIX = "/compat/"
COMPAT = _needs(Scope.INGEST, changes=True)

# By method and path, as they stand in the OpenAPI document.
RULES = {
    ("POST", "/v1/images"): _needs(Scope.INGEST),
    ("POST", "/v1/images/known"): _needs(Scope.INGEST),
    ("POST", "/v1/images/statuses"): _needs(Scope.INGEST, Scope.READ),
    ("GET", "/v1/images"): _needs(Scope.READ),
    ("GET", "/v1/images/{image_id}"): _needs(Scope.READ),
    ("DELETE", "/v1/images/{image_id}"): _needs(),
    ("GET", "/v1/images/{image_id}/file"): _needs(Scope.READ),
    ("GET", "/v1/images/{image_id}/thumbnail"): _needs(Scope.READ),
    ("GET", "/v1/images/{image_id}/screen"): _needs(Scope.READ),
    ("GET", "/v1/images/{image_id}/similar"): _needs(Scope.READ),
    ("DELETE", "/compat/imagga/v2/uploads/{upload_id}"): _needs(),
    ("GET", "/v1/images/{image_id}/stack"): _needs(Scope.READ),
    ("POST", "/v1/images/retry"): _needs(Scope.INGEST),
    ("POST", "/v1/images/{image_id}/retry"): _needs(Scope.INGEST),
    ("GET", "/v1/search"): _needs(Scope.READ),
    ("GET", "/v1/search/ids"): _needs(Scope.READ),
    ("GET", "/v1/search/suggest"): _needs(Scope.READ),
    ("POST", "/v1/search/similar"): _needs(Scope.READ),
    ("POST", "/v1/dial"): _needs(Scope.READ),
    ("GET", "/v1/themes"): _needs(Scope.READ),
    ("GET", "/v1/themes/{theme}"): _needs(Scope.READ),
    ("GET", "/v1/status"): _needs(Scope.READ),
    ("GET", "/v1/tags"): _needs(Scope.READ),
    ("GET", "/v1/tags/{slug}"): _needs(Scope.READ),
    ("POST", "/v1/tags/counts"): _needs(Scope.READ),
    ("POST", "/v1/tags/preview"): _needs(Scope.READ, Scope.FEEDBACK),
    ("GET", "/v1/owners"): _needs(Scope.READ),
    ("GET", "/v1/owners/{owner}/profile"): _needs(Scope.READ),
    ("GET", "/v1/owners/{owner}/export"): _needs(Scope.READ),
    ("POST", "/v1/images/{image_id}/corrections"): _needs(Scope.FEEDBACK),
    ("GET", "/v1/images/{image_id}/corrections"): _needs(Scope.READ, Scope.FEEDBACK),
    ("POST", "/v1/corrections"): _needs(Scope.FEEDBACK),
    ("POST", "/v1/corrections/batches"): _needs(Scope.FEEDBACK),
    ("POST", "/v1/corrections/batches/{batch_id}/undo"): _needs(Scope.FEEDBACK),
    ("GET", "/v1/corrections"): _needs(Scope.READ, Scope.FEEDBACK),
    ("GET", "/v1/labels"): _needs(Scope.READ, Scope.FEEDBACK),
    # What it shows counts as offered.
    ("GET", "/v1/review"): _needs(Scope.FEEDBACK, changes=True),
    ("GET", "/v1/review/today"): _needs(Scope.READ, Scope.FEEDBACK),
    ("POST", "/v1/tags"): _needs(Scope.FEEDBACK),
    # An owner's own tags; editing a shared one needs an admin's key that is not bound to an owner.
    ("PATCH", "/v1/tags/{slug}"): _needs(Scope.FEEDBACK),
    ("DELETE", "/v1/tags/{slug}"): _needs(Scope.FEEDBACK),
    ("POST", "/v1/tags/{slug}/merge"): _needs(Scope.FEEDBACK),
    ("GET", "/v1/tag-edits"): _needs(Scope.READ, Scope.FEEDBACK),
    # Where people see what became of a tag that they taught.
    ("GET", "/v1/retrain/{run_id}"): _needs(Scope.READ, Scope.FEEDBACK),
    # Models, runs and contributors concern all owners, so an owner's key does not show them.
    ("GET", "/v1/models"): _needs(Scope.READ, bound=False),
    ("GET", "/v1/retrain"): _needs(Scope.READ, bound=False),
    ("GET", "/v1/contributors"): _needs(Scope.READ, bound=False),
    ("GET", "/v1/hashtags/proposals"): _needs(Scope.READ, bound=False),
    ("POST", "/v1/hashtags/proposals/{proposal_id}/accept"): _needs(bound=False),
    ("POST", "/v1/hashtags/proposals/{proposal_id}/refuse"): _needs(bound=False),
    ("POST", "/v1/contributors/{user}/vouch"): _needs(bound=False),
    ("POST", "/v1/retrain"): _needs(bound=False),
    ("POST", "/v1/retrain/{run_id}/release"): _needs(bound=False),
    ("POST", "/v1/models/{version}/promote"): _needs(bound=False),
    ("GET", "/v1/backbone"): _needs(Scope.READ, bound=False),
    ("GET", "/v1/backbone/switch"): _needs(Scope.READ, bound=False),
    ("POST", "/v1/backbone/switch"): _needs(bound=False),
    ("POST", "/v1/backbone/switch/abort"): _needs(bound=False),
    ("POST", "/v1/backbone/back"): _needs(bound=False),
    ("POST", "/v1/backbone/forget"): _needs(bound=False),
    ("POST", "/v1/retag"): _needs(),
    ("GET", "/v1/retag"): _needs(Scope.READ),
    ("GET", "/v1/retag/{job_id}"): _needs(Scope.READ),
    # A bound key registers endpoints for its owner, and sees those and their deliveries. A
    # receiver's address can be a secret, so a key that only reads pictures does not show it.
    ("POST", "/v1/endpoints"): _needs(),
    ("GET", "/v1/endpoints"): _needs(),
    ("GET", "/v1/endpoints/{endpoint_id}"): _needs(),
    ("PATCH", "/v1/endpoints/{endpoint_id}"): _needs(),
    ("DELETE", "/v1/endpoints/{endpoint_id}"): _needs(),
    ("POST", "/v1/endpoints/{endpoint_id}/enable"): _needs(),
    ("POST", "/v1/endpoints/{endpoint_id}/rotate"): _needs(),
    ("GET", "/v1/deliveries"): _needs(),
    ("GET", "/v1/deliveries/{delivery_id}"): _needs(),
    ("POST", "/v1/deliveries/{delivery_id}/replay"): _needs(),
}


def rule_for(method: str, path: str) -> Rule:
    """Return the rule of an operation, its path as in the OpenAPI document."""
    if path in OPEN_PATHS or path in PAGE_PATHS or path.startswith(OPEN_PREFIXES):
        return OPEN
    default = COMPAT if path.startswith(COMPAT_PREFIX) else DEFAULT
    return RULES.get(("GET" if method == "HEAD" else method, path), default)
