"""`python -m services.trainer.words LABELS EMBEDDINGS OUT`: learn words for `tagloop learn-words`.

LABELS is what `tagloop learn-words` read from a folder, EMBEDDINGS the worker's output for its
pictures. OUT.safetensors becomes the words file, OUT.json its provenance.
"""

import json
import sys
from pathlib import Path

from services.trainer.words.learning import learn_words
from services.trainer.words.material import read_material
from services.trainer.words.provenance import describe_provenance
from shared.errors import TagloopError
from shared.model.vocabulary import load_imagenet


def main(arguments: list[str]) -> int:
    """Learn and write both files; if that is impossible, print the reason in one sentence."""
    labels, embeddings, out = map(Path, arguments)
    try:
        document = json.loads(labels.read_text(encoding="utf-8"))
        material = read_material(labels, embeddings, load_imagenet())
        leave_out = frozenset(document["leave_out"])
        learned = learn_words(material, leave_out)
        out.with_suffix(".safetensors").write_bytes(learned.file.to_bytes())
        provenance = describe_provenance(material, learned, document["sets"])
        out.with_suffix(".json").write_text(
            json.dumps(provenance, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    except TagloopError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
