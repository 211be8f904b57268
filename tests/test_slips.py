"""Misspelt words as evidence of a hand: what counts as one, what does not, and what it does to a judgement."""
from __future__ import annotations

import numpy as np
import pytest

from tqcheck.provenance import calibration, detector
from tqcheck.provenance.slips import slips

TEXT = (
    "The town council said on Monday that the new bridge would be opened in the spring. Residents had complained about the noise, and the mayor "
    "promised to listen. According to the plan, work will be finished before the summer, when most visitors come to the coast. "
) * 4  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The goverment has apointed a new minister.", {"goverment": "government", "apointed": "appointed"}),
        ("They recieved the letter; they recieved it twice.", {"recieved": "received"}),
        ("An accomodation for the whole familly.", {"accomodation": "accommodation", "familly": "family"}),
        ("Colours and colors, analysed or analyzed, a theatre or a theater in the neighborhood, aluminum, traveled, fulfills, defense.", {}),
        ("Rewatching the livestream, she unfollowed him.", {}),
        ("Goverment House, the GOVERMENT, www.goverment.example, me@goverment.example, goverment-run, #goverment", {}),
        ("Der Ministerpräsident hat das besten Falls gestern erklärt.", {}),
    ],
)
def test_what_is_a_slip(text: str, found: dict[str, str]) -> None:
    lang = "de" if text.startswith("Der") else "en"
    assert {text[s.start : s.end]: s.meant for s in slips(text, lang)} == found


def test_a_text_of_unknown_words_is_left_alone() -> None:
    letters = "abcdefghij"
    text = "The goverment said: " + " ".join(f"qx{letters[n % 10]}{letters[n // 10 % 10]}{letters[n // 100 % 10]}zvk" for n in range(1000))
    assert slips(text, "en") == ()


def test_a_slip_speaks_against_the_machine_and_is_shown() -> None:
    clean, misspelt = (detector.judge(text, "en") for text in (TEXT, TEXT.replace("promised", "promissed", 1)))
    assert clean is not None
    assert misspelt is not None
    assert misspelt.probabilities["machine"] < clean.probabilities["machine"]
    (clue,) = [c for c in misspelt.evidence if c.kind == "slip"]
    assert TEXT.replace("promised", "promissed", 1)[clue.start : clue.end] == "promissed"
    assert "(promised)" in clue.words
    assert not [c for c in clean.evidence if c.kind == "slip"]


def test_copied_expressions_speak_for_a_translation_and_say_nothing_of_who_made_it() -> None:
    lp = np.log([[0.3, 0.3, 0.4]])
    moved = calibration.with_copied(lp, 6.0)
    assert np.exp(moved).sum() == pytest.approx(1)
    assert moved[0, 0] > lp[0, 0]
    assert moved[0, 0] - moved[0, 1] == pytest.approx(0)
    assert np.allclose(calibration.with_copied(lp, 0.0), lp)
