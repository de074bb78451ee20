"""The usual design, Flask's side: save the file, insert a row, send a task."""

import os
import threading
import uuid
from pathlib import Path

import psycopg2
from celery import Celery
from flask import Flask, Response, jsonify, request

from bench.throughput.peers.usual_settings import (
    BROKER_VARIABLE,
    DATABASE_VARIABLE,
    TASK,
    UPLOADS_VARIABLE,
)


def create_app() -> Flask:
    """Return the web app, configured from the environment."""
    app = Flask("usual")
    celery = Celery("usual", broker=os.environ[BROKER_VARIABLE])
    uploads = Path(os.environ[UPLOADS_VARIABLE])
    own = threading.local()

    @app.post("/images")
    def post_image() -> tuple[Response, int]:
        path = uploads / f"{uuid.uuid4()}.jpg"
        request.files["file"].save(path)
        if not hasattr(own, "database"):
            own.database = psycopg2.connect(os.environ[DATABASE_VARIABLE])
        with own.database, own.database.cursor() as cursor:
            cursor.execute(
                "INSERT INTO pictures (owner, path) VALUES (%s, %s) RETURNING id",
                (request.args["owner"], str(path)),
            )
            picture_id = cursor.fetchone()[0]
        celery.send_task(TASK, (picture_id, str(path)))
        return jsonify(id=picture_id), 202

    return app
