"""A pytest plugin, which is active wherever the package is installed.

A test with the marker ``mpp_samples`` runs once for each sample document, which is its argument ``mpp_sample``:

    @pytest.mark.mpp_samples("Order", count=20)
    def test_accepts_orders(mpp_sample: Sample) -> None:
        assert client.post("/orders", content=mpp_sample.json).status_code == 200

The arguments of the marker are those of ``miniprogram_protocol.samples``.
"""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "mpp_samples(type_name, count=1, *, seed=0, invalid=False, fuzz=False, policy=None): run the test for "
        "each sample document of a type of the Mini Program Platform",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marker = metafunc.definition.get_closest_marker("mpp_samples")
    if marker is None:
        return
    from . import samples

    found = samples(*marker.args, **marker.kwargs)
    ids = [f"{marker.args[0]}-{index}" for index in range(len(found))]
    metafunc.parametrize("mpp_sample", found, ids=ids)
