import warnings

import hypothesis
import pytest

import lanewise
from lanewise import _patch

hypothesis.settings.register_profile(
    "ci", max_examples=150, deadline=None, derandomize=True,
    suppress_health_check=list(hypothesis.HealthCheck))
hypothesis.settings.load_profile("ci")


@pytest.fixture(autouse=True)
def unpatched():
    """Every test starts and ends with NumPy as it is."""
    yield
    lanewise.unpatch_numpy()


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=RuntimeWarning, message=".*encountered.*")
        yield


@pytest.fixture
def without_fma(monkeypatch):
    """NumPy is patched as on a machine without FMA instructions."""
    monkeypatch.setattr(_patch, "process_target", lambda: "SSE4")
