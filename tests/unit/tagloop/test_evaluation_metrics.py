"""Top-1, top-5, precision and recall on pictures with known figures."""

import pytest

from tagloop.evaluation.metrics import Judged, measure_tags

PARENTS = {"dog": "animal", "beagle": "dog", "collie": "dog", "cat": "animal", "animal": None}


def with_ancestors(slug: str) -> frozenset[str]:
    found = set()
    current: str | None = slug
    while current is not None:
        found.add(current)
        current = PARENTS[current]
    return frozenset(found)


def test_perfect_predictions() -> None:
    picture = Judged("beagle", ("beagle", "collie"), ("beagle", "dog", "animal"))
    quality = measure_tags([picture], with_ancestors)
    assert (quality.top1, quality.top5, quality.precision) == (1, 1, 1)
    assert (quality.recall, quality.exact_recall) == (1, 1)


def test_a_wrong_breed_with_right_ancestors() -> None:
    picture = Judged("beagle", ("collie", "beagle"), ("collie", "dog", "animal"))
    quality = measure_tags([picture], with_ancestors)
    assert (quality.top1, quality.top5) == (0, 1)
    assert quality.precision == pytest.approx(2 / 3)
    assert (quality.recall, quality.exact_recall) == (1, 0)


def test_only_five_count_for_top5() -> None:
    picture = Judged("beagle", ("cat", "cat", "cat", "cat", "cat", "beagle"), ())
    assert measure_tags([picture], with_ancestors).top5 == 0


def test_a_label_with_narrower_tags() -> None:
    picture = Judged("dog", ("beagle",), ("beagle", "dog", "animal"))
    quality = measure_tags([picture], with_ancestors)
    assert (quality.top1, quality.exact_recall) == (1, 1)
    assert quality.precision == 1, "a breed can be neither right nor wrong for the label dog"


def test_the_mean_over_pictures() -> None:
    pictures = [
        Judged("beagle", ("beagle",), ("beagle", "dog")),
        Judged("cat", ("beagle",), ("beagle", "dog")),
        Judged("cat", ("cat",), ()),
    ]
    quality = measure_tags(pictures, with_ancestors)
    assert (quality.images, quality.shown_tags) == (3, 4)
    assert quality.top1 == pytest.approx(2 / 3)
    assert quality.precision == pytest.approx(1 / 2)
    assert quality.recall == pytest.approx(1 / 3)


def test_precision_without_shown_tags() -> None:
    assert measure_tags([Judged("cat", ("cat",), ())], with_ancestors).precision is None


def test_surroundings_of_the_subject_are_not_judged_unless_strictly() -> None:
    parents = {"lawn": None, "house": "structure", "structure": None, "cat": "animal"}
    picture = Judged("dog", (), ("dog", "animal", "lawn", "house", "structure", "cat"))
    everyday = frozenset({"lawn", "house"})

    def implied(slug: str) -> frozenset[str]:
        wider = parents.get(slug)
        return frozenset({slug, wider}) if wider else with_ancestors_or_self(slug)

    quality = measure_tags([picture], implied, everyday)

    assert quality.precision == pytest.approx(2 / 3), "a cat is wrong all the same"
    assert quality.strict_precision == pytest.approx(2 / 6)


def test_an_everyday_word_is_judged_where_it_is_a_label() -> None:
    pictures = [Judged("beagle", (), ("cat",)), Judged("cat", (), ("cat",))]

    quality = measure_tags(pictures, with_ancestors, frozenset({"cat"}))

    assert quality.precision == pytest.approx(1 / 2)


def with_ancestors_or_self(slug: str) -> frozenset[str]:
    return with_ancestors(slug) if slug in PARENTS else frozenset({slug})
