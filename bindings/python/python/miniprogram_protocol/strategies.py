"""Strategies for hypothesis. Install ``miniprogram-protocol[hypothesis]``.

    @given(documents("Order"))
    def test_reads_orders(sample: Sample) -> None: ...
"""

from __future__ import annotations

from hypothesis import strategies as st

from . import Policy, Sample, TypeName, samples


def documents(
    type_name: TypeName,
    *,
    invalid: bool = False,
    fuzz: bool = True,
    policy: Policy | None = None,
) -> st.SearchStrategy[Sample]:
    """Returns a strategy for documents of a type; see ``miniprogram_protocol.samples``.

    Each document is generated from a seed. Therefore, hypothesis finds and replays failing documents, but cannot
    make them smaller.
    """

    def document(seed: int) -> Sample:
        return samples(type_name, seed=seed, invalid=invalid, fuzz=fuzz, policy=policy)[0]

    return st.integers(0, 2**64 - 1).map(document)
