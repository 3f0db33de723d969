"""Sample documents for tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ._names import TypeName
from ._native import Policy
from ._native import samples as _generate


@dataclass(frozen=True, slots=True)
class Sample:
    """A document for tests."""

    #: The document as JSON text.
    json: str
    #: The path and the code of each violation in the document; empty if it is valid.
    violations: tuple[tuple[str, str], ...]

    @property
    def data(self) -> Any:
        """The document as the data that ``json.loads`` returns, which does not contain duplicate fields."""
        return json.loads(self.json)


def samples(
    type_name: TypeName,
    count: int = 1,
    *,
    seed: int = 0,
    invalid: bool = False,
    fuzz: bool = False,
    policy: Policy | None = None,
) -> list[Sample]:
    """Returns documents to test with: those that ``mpp sample`` prints. They are the same for the same seed.

    The documents resemble real payloads. With ``fuzz``, they also contain unusual values, such as control
    characters and strings of the maximum length. With ``invalid``, each document has violations.

    Raises:
        ValueError: if no document can be generated that satisfies the policy.

    >>> from miniprogram_protocol import check
    >>> all(check("Order", sample.json) for sample in samples("Order", 3))
    True
    """
    found = _generate(type_name, count, seed, invalid, fuzz, policy)
    return [Sample(document, tuple(violations)) for document, violations in found]
