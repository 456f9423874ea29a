"""The answers that the load test of a class counts as lost."""

from tests.load.classroom import lost_answers


def row(student, round):
    return {"Student": student, "Frame": "Placement", "Round": round, "Answer": "7"}


def test_an_answer_that_was_taken_and_is_not_in_the_results_is_lost():
    taken = [("S1", "Placement", "1"), ("S2", "Placement", "1")]
    assert lost_answers(taken, [row("S1", "1"), row("S2", "1")]) == set()
    # That another one came in unacknowledged does not hide it.
    assert lost_answers(taken, [row("S1", "1"), row("S3", "1")]) == {("S2", "Placement", "1")}
