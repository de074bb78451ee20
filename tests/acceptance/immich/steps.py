"""What tests of the bridge to Immich do between its passes."""

from sqlalchemy import Engine, text

from shared.db.connection.engine import transaction
from tests.acceptance.api import Api
from tests.acceptance.commands import CAT, COFFEE, PALACE, ROCKET
from tests.support.immich.library import Picture
from tests.support.immich.server import StandIn

PHOTOS = {"cat.png": CAT, "coffee.png": COFFEE, "rocket.jpg": ROCKET, "palace.jpg": PALACE}


def add(stand_in: StandIn, *names: str) -> list[Picture]:
    """Upload photographs to the stand-in."""
    return [stand_in.library.add(name, PHOTOS[name].read_bytes()) for name in names]


def later(engine: Engine) -> None:
    """Pass the time that Immich gets to settle."""
    with transaction(engine) as connection:
        connection.execute(
            text("UPDATE immich_assets SET pushed_at = pushed_at - interval '2 minutes'")
        )


def tomorrow(engine: Engine) -> None:
    """Have the next pass compare everything."""
    later(engine)
    with transaction(engine) as connection:
        connection.execute(
            text("UPDATE immich_connections SET swept_at = now() - interval '25 hours'")
        )


def corrections(api: Api, owner: str) -> list[tuple[str, str, str, str]]:
    """File name, tag, verdict and user of every correction of an owner's pictures."""
    return sorted(
        (image["filename"], one["tag"], one["verdict"], one["user"])
        for image in api.list(owner)
        for one in api.get(f"/v1/images/{image['id']}/corrections")["corrections"]
    )


def leaf(stand_in: StandIn, picture: Picture, word: str) -> str:
    """The value of a picture's tag that ends in a word."""
    return next(v for v in stand_in.library.values(picture) if v.rpartition("/")[2] == word)
