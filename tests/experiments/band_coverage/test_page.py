"""Is the page worded from results of any size, and does every claim belong to its topic?"""

from experiments.band_coverage.claims import claims
from experiments.band_coverage.page import TOPICS


def test_findings_of_small_results_are_sentences(findings, is_worded):
    assert len(findings) >= 3
    assert [sentence for sentence in findings if not is_worded(sentence)] == []


def test_every_claim_is_about_the_bands_of_the_lecture(results):
    (words,) = TOPICS.values()
    found = [claim.statement for claim in claims(results)]
    assert [said for said in found if not any(word in said for word in words)] == []
