import pytest
from PIL import ImageFont

from mlsysweb.saved.scenarios.share_card import _FONT, ShareCard, draw

NO_GLYPH = "\u0378"  # a code point that no font has


def pixels(text):
    return bytes(ImageFont.truetype(_FONT, 40).getmask(text))


@pytest.mark.parametrize("character", "×µμ∞−·⁻⁵₂–’“≤≥≈→°äéßñłЖλβ\u00a0\u202f")
def test_the_font_of_a_card_has_what_figures_and_titles_need(character):
    assert pixels(character) != pixels(NO_GLYPH)


def test_a_title_is_drawn_as_it_was_typed():
    def card(title):
        return draw(ShareCard(title, "Compute", "Compute-bound. Nothing else.", "compute", (), (), None))

    assert len({card(title) for title in ("Ätna 3×", "Atna 3x", "Étna 3×", "Etna 3\u0378")}) == 4
