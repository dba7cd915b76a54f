"""The tour shows every picture the story takes, and no other."""

import re

from devtools.places import ROOT
from tests.browser.desk import TOUR

FOLDER = ROOT / "docs" / "tour"
LARGEST = 120_000


def test_the_tour_shows_each_picture_once_with_words_for_who_cannot_see_it() -> None:
    text = (ROOT / "docs" / "tour.md").read_text()
    shown = re.findall(r"!\[([^]]+)]\(tour/([\w-]+)\.png\)", text)
    assert sorted(name for _words, name in shown) == sorted(TOUR)
    assert all(len(words.split()) > 3 for words, _name in shown)


def test_the_pictures_are_there_and_small() -> None:
    sizes = {path.stem: path.stat().st_size for path in FOLDER.iterdir()}
    assert sizes.keys() == set(TOUR)
    assert max(sizes.values()) < LARGEST
