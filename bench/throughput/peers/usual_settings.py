"""The usual design: names shared by its two sides, and its tables."""

DATABASE_VARIABLE = "USUAL_DATABASE"
BROKER_VARIABLE = "USUAL_BROKER"
UPLOADS_VARIABLE = "USUAL_UPLOADS"
TASK = "usual.tag"
TABLES = """
    CREATE TABLE IF NOT EXISTS pictures (
        id serial PRIMARY KEY, owner text NOT NULL, path text NOT NULL,
        status text NOT NULL DEFAULT 'queued'
    );
    CREATE INDEX IF NOT EXISTS pictures_owner_idx ON pictures (owner);
    CREATE TABLE IF NOT EXISTS picture_tags (
        picture_id integer REFERENCES pictures, class integer, confidence real,
        PRIMARY KEY (picture_id, class)
    );
"""
