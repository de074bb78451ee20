"""The "abuse protection" of CloudEvents: a sender asks by OPTIONS whether it may send.

Azure's Event Grid sends nothing without it. The answer grants no access: each delivery is still
verified.
"""

from flask import Blueprint, Response, request

from shared.web.context import context

ALLOWED = "OPTIONS, POST"
NO_LIMIT = "*"


def add_handshake(webhooks: Blueprint, source: str) -> None:
    """Answer the OPTIONS request at the URL of a source that takes CloudEvents."""

    def answer_handshake() -> Response:
        answer = Response(headers={"Allow": ALLOWED})
        origin = request.headers.get("WebHook-Request-Origin")
        # A source without a secret accepts nothing, so the request is not granted.
        if origin and context().settings.webhook_secrets.get(source):
            answer.headers["WebHook-Allowed-Origin"] = origin
            answer.headers["WebHook-Allowed-Rate"] = NO_LIMIT
        return answer

    webhooks.add_url_rule(f"/v1/webhooks/{source}", view_func=answer_handshake, methods=["OPTIONS"])
