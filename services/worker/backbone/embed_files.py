"""`python -m services.worker.backbone.embed_files LIST OUT`: embed the pictures of a list.

`tagloop learn-words` uses it: the decoder and the network are those for uploads, but no database is
needed. LIST is a JSON list of paths. OUT is a safetensors file with `embeddings`, (pictures,
dimensions) float16, and the network's first head, `weight` and `bias`. Its metadata name the
backbone and give, by path, the reason why a picture could not be read; the row of such a picture is
zero.
"""

import io
import json
import queue
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from services.worker.backbone import Backbone, load_backbone
from services.worker.decoding import Decoder
from services.worker.tagging.lanes import BACKBONE_SECONDS, count_lanes
from shared.config import Settings, load_settings
from shared.errors import TagloopError
from shared.pictures.probe import probe

PROGRESS_EVERY = 100


class PictureEmbedder:
    """Embeds picture files, several at a time."""

    def __init__(self, settings: Settings, backbone: Backbone, lanes: int) -> None:
        self._settings = settings
        self._backbone = backbone
        self._decoders = [Decoder(backbone.description, settings) for _ in range(lanes)]
        self._idle = queue.SimpleQueue[Decoder]()
        for decoder in self._decoders:
            self._idle.put(decoder)

    def embed(self, path: str) -> NDArray[np.float32] | str:
        """Return the embedding, (dimensions,), of a picture, or the reason why there is none."""
        try:
            data = Path(path).read_bytes()
            found = probe(io.BytesIO(data), self._settings.max_image_pixels)
            decoder = self._idle.get()
            try:
                square = decoder.decode(memoryview(data), found.format, found.orientation)
            finally:
                self._idle.put(decoder)
            return self._backbone.embed(square.pixels).result(BACKBONE_SECONDS)
        except OSError as error:
            return f"{error.strerror}."
        except TagloopError as error:
            return str(error)

    def close(self) -> None:
        """End the decoder processes."""
        for decoder in self._decoders:
            decoder.close()


def embed_files(settings: Settings, paths: list[str], out: Path) -> None:
    """Embed the pictures and write the file.

    Raises:
        ConfigError: the network can't be loaded.
    """
    lanes = count_lanes(settings.lanes)
    backbone = load_backbone(settings, lanes)
    embedder = PictureEmbedder(settings, backbone, lanes)
    embeddings = np.zeros((len(paths), backbone.description.dimensions), np.float16)
    problems = {}
    with ThreadPoolExecutor(lanes) as threads:
        for row, result in enumerate(threads.map(embedder.embed, paths)):
            if isinstance(result, str):
                problems[paths[row]] = result
            else:
                embeddings[row] = result
            if (row + 1) % PROGRESS_EVERY == 0:
                print(f"{row + 1:,} of {len(paths):,} pictures embedded", file=sys.stderr)
    embedder.close()
    backbone.close()
    head = backbone.first_head
    save_file(
        {"embeddings": embeddings, "weight": head.weight, "bias": head.bias},
        out,
        {"backbone": backbone.description.name, "problems": json.dumps(problems)},
    )


def main(arguments: list[str]) -> int:
    """Embed the pictures of the list; if that is impossible, print the reason in one sentence."""
    paths, out = arguments
    try:
        embed_files(load_settings(), json.loads(Path(paths).read_text()), Path(out))
    except TagloopError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
