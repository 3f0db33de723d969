"""Validation of the protocol of the Mini Program Platform.

>>> from miniprogram_protocol import check
>>> result = check("Amount", b'{"currency": "usd", "value": -1}')
>>> result.valid
False
>>> [(violation.path, violation.code) for violation in result.violations]
[('/currency', 'format'), ('/value', 'minimum')]
>>> check("Amount", {"currency": "USD", "value": 4990}).valid
True
"""

from __future__ import annotations

import json as _json
from typing import Any, TypeGuard, get_args

from ._names import DeviationName, EditionName, TypeName
from ._native import Policy, __version__, check, check_many
from ._native import json_schema as _json_schema
from ._results import CheckResult, PolicyError, Span, ValidationError, Violation
from ._samples import Sample, samples

__all__ = [
    "CheckResult",
    "DeviationName",
    "EditionName",
    "Policy",
    "PolicyError",
    "Sample",
    "Span",
    "TypeName",
    "ValidationError",
    "Violation",
    "__version__",
    "check",
    "check_many",
    "is_type",
    "json_schema",
    "samples",
    "types",
]


def types() -> tuple[TypeName, ...]:
    """Returns the names of all types."""
    return get_args(TypeName)


def is_type(name: str) -> TypeGuard[TypeName]:
    """Returns whether a type has the given name. Type checkers then accept the name as a ``TypeName``.

    >>> is_type("Order")
    True
    """
    return name in get_args(TypeName)


def json_schema(type_name: TypeName, policy: Policy | None = None) -> dict[str, Any]:
    """Returns the JSON Schema (draft 2020-12) of a type.

    >>> json_schema("Amount")["$defs"]["Amount"]["required"]
    ['currency', 'value']
    """
    schema: dict[str, Any] = _json.loads(_json_schema(type_name, policy))
    return schema
