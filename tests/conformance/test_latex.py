import pytest

from .latex import right_side


@pytest.mark.parametrize(
    ("latex", "value"),
    [
        (r"@y = \frac{@a}{@b \cdot 2}", 0.75),
        (r"@y = \max(@a, @b) + 1", 4.0),
        (r"@y = 2 @a^{2}", 18.0),
        (r"@y = \lceil \frac{@a}{@b} \rceil", 2.0),
        (r"@y = 1 - e^{-@spec.figure}", 1 - 2.718281828459045**-0.5),
        (r"@y = \sqrt{@a \cdot 3} - \left(@b\right)", 1.0),
    ],
)
def test_an_equation_evaluates_as_a_reader_would(latex, value):
    assert right_side(latex, {"a": 3.0, "b": 2.0, "spec.figure": 0.5}) == pytest.approx(value, rel=1e-12)


def test_what_the_subset_does_not_have_is_refused():
    with pytest.raises(ValueError, match=r"no .int"):
        right_side(r"@y = \int(@a)", {"a": 1.0})
