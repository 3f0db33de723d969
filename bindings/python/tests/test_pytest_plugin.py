"""The pytest plugin and the strategies."""

import pytest
from hypothesis import given
from miniprogram_protocol import Policy, Sample, check
from miniprogram_protocol.strategies import documents

pytest_plugins = ["pytester"]


@pytest.mark.mpp_samples("Order", count=3)
def test_marker_passes_valid_samples(mpp_sample: Sample) -> None:
    assert check("Order", mpp_sample.json) and check("Order", mpp_sample.data)
    assert mpp_sample.violations == ()


@pytest.mark.mpp_samples("User", 3, invalid=True, fuzz=True, seed=1)
def test_marker_passes_invalid_samples(mpp_sample: Sample) -> None:
    assert not check("User", mpp_sample.json)
    assert mpp_sample.violations


def test_plugin_is_active_without_configuration(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.mpp_samples("Order", count=2)
        def test_samples(mpp_sample):
            assert mpp_sample.json

        @pytest.mark.parametrize("other", [1])
        def test_without_samples(other):
            pass
        """
    )
    pytester.makeini("[pytest]\naddopts = --strict-markers")
    result = pytester.runpytest_subprocess("-v")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["*test_samples?Order-0?*", "*test_samples?Order-1?*"])


@given(documents("Order"))
def test_strategy_generates_valid_documents(sample: Sample) -> None:
    assert check("Order", sample.json)


@given(documents("PayRequest", invalid=True, fuzz=False, policy=Policy.lenient()))
def test_strategy_follows_a_policy(sample: Sample) -> None:
    result = check("PayRequest", sample.json, Policy.lenient())
    found = sorted((violation.path, violation.code) for violation in result.violations)
    assert found == sorted(sample.violations)
