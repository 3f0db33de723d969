"""The results of checks, and exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Span:
    """A range of bytes in JSON text, with its line and column."""

    #: The offset of the first byte. For a ``str``, this is the offset in its UTF-8 encoding.
    offset: int
    #: The length in bytes, which is 0 at the end of the text.
    length: int
    #: The line of the first byte, starting at 1.
    line: int
    #: The column of the first byte, starting at 1, in characters.
    column: int

    def to_dict(self) -> dict[str, int]:
        """Returns the span as ``mpp check --format json`` prints it."""
        return {"offset": self.offset, "length": self.length, "line": self.line, "column": self.column}


@dataclass(frozen=True, slots=True)
class Violation:
    """A violated constraint. It never contains the value that violates it, so it can be logged."""

    #: The JSON Pointer to the invalid value or the missing field, which is empty for the whole document.
    path: str
    #: The stable name of the constraint, such as ``"maxLength"``. VIOLATION-CODES.md explains the codes.
    code: str
    #: One sentence in English, without the path.
    message: str
    #: The limits and lengths that explain the violation. Do not change the mapping.
    params: Mapping[str, int | str | tuple[str, ...]] = field(hash=False)
    #: The location in the JSON text. ``None`` if the document is not text but data, such as a ``dict``, or if
    #: the violation has no location.
    span: Span | None = None

    def __str__(self) -> str:
        return f"{_escape(self.path) or 'the value'} {self.message}"

    def to_dict(self) -> dict[str, Any]:
        """Returns the violation as ``mpp check --format json`` prints it."""
        params = {name: list(value) if isinstance(value, tuple) else value for name, value in self.params.items()}
        violation = {"path": self.path, "code": self.code, "message": self.message, "params": params}
        return violation if self.span is None else {**violation, "span": self.span.to_dict()}


def _escape(path: str) -> str:
    """Escapes control characters, because a path can contain names from the document."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in path)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of a check. It is true if the document is valid."""

    #: The violations in document order, up to 64 by default. If there are more, the last one has the code
    #: ``tooMany``. A malformed document has one violation, with the code ``syntax``.
    violations: tuple[Violation, ...]
    #: The deviations from the specification that the policy allows.
    tolerated: tuple[Violation, ...]

    @property
    def valid(self) -> bool:
        """True if there are no violations."""
        return not self.violations

    def __bool__(self) -> bool:
        return not self.violations

    def raise_if_invalid(self) -> None:
        """Raises an exception if the document is invalid.

        Raises:
            ValidationError: with the violations.
        """
        if self.violations:
            raise ValidationError(self.violations)

    def to_dict(self) -> dict[str, Any]:
        """Returns the result as JSON data. ``tolerated`` is absent if it is empty."""
        result: dict[str, Any] = {
            "valid": self.valid,
            "violations": [violation.to_dict() for violation in self.violations],
        }
        if self.tolerated:
            result["tolerated"] = [violation.to_dict() for violation in self.tolerated]
        return result


class ValidationError(ValueError):
    """A document is invalid. The message lists all violations, one per line."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        super().__init__(violations)
        #: The violations.
        self.violations = violations

    def __str__(self) -> str:
        return "\n".join(map(str, self.violations))


class PolicyError(ValueError):
    """A policy file is invalid."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(line, column, message)
        #: The line, starting at 1.
        self.line = line
        #: The column, starting at 1, in characters.
        self.column = column
        #: The message, without the position.
        self.message = message

    def __str__(self) -> str:
        return f"line {self.line} column {self.column}: {self.message}"
