from collections.abc import Iterable
from typing import Any, Protocol, final

from ._names import DeviationName, EditionName, TypeName
from ._results import CheckResult

__version__: str

class ArrowArray(Protocol):
    """An Arrow array, for example of pyarrow, arro3 or nanoarrow."""

    def __arrow_c_array__(self, requested_schema: object | None = None, /) -> tuple[object, object]: ...

class ArrowStream(Protocol):
    """A stream of Arrow arrays, for example a ``ChunkedArray`` of pyarrow or a ``Series`` of polars."""

    def __arrow_c_stream__(self, requested_schema: object | None = None, /) -> object: ...

@final
class Policy:
    """A policy, which determines how strictly a document is checked. Policies are immutable and thread-safe."""

    @staticmethod
    def strict() -> Policy:
        """Returns the default policy, which enforces the specification."""

    @staticmethod
    def lenient() -> Policy:
        """Returns the policy that accepts all known deviations from the specification, and reports them in
        ``CheckResult.tolerated``."""

    @staticmethod
    def from_toml(toml: str) -> Policy:
        """Reads a policy from the content of a TOML file, as ``mpp check --policy`` does.

        Raises:
            PolicyError: if the file is not a valid policy.
        """

    @staticmethod
    def from_json(json: str) -> Policy:
        """Reads a policy from the content of a JSON file.

        Raises:
            PolicyError: if the file is not a valid policy.
        """

    def edition(self, name: EditionName) -> Policy:
        """Returns a copy that checks against an edition of the specification, such as ``"v1"``."""

    def allow(self, deviation: DeviationName) -> Policy:
        """Returns a copy that accepts a deviation from the specification, such as ``"amountAsString"``."""

    def deny(self, deviation: DeviationName) -> Policy:
        """Returns a copy that rejects a deviation from the specification."""

    def max_violations(self, violations: int) -> Policy:
        """Returns a copy that reports at most this many violations (default: 64)."""

    def max_bytes(self, count: int) -> Policy:
        """Returns a copy that rejects longer JSON text (default: 64 MiB) without reading it."""

    def __eq__(self, other: object) -> bool: ...

def check(type_name: TypeName, data: Any, policy: Policy | None = None) -> CheckResult:
    """Checks a document against a type, and reports all violations at once.

    ``bytes``, ``bytearray``, ``memoryview`` and ``str`` are JSON text. Anything else is data, and is checked as
    the JSON text that ``json.dumps(data, ensure_ascii=False, separators=(",", ":"))`` returns. So a document
    with ``NaN``, a lone surrogate or more than 128 levels is invalid (``syntax``). The JSON text of data may
    have at most 64 MiB, whatever the policy.

    Raises:
        TypeError: if the data has no JSON text, or has keys that are not ``str``.
        ValueError: if the type is unknown, or an integer in the data has more digits than Python converts to a
            string (4300 by default).
    """

def check_many(
    type_name: TypeName,
    documents: Iterable[Any] | ArrowArray | ArrowStream,
    policy: Policy | None = None,
) -> list[CheckResult]:
    """Checks many documents, and returns a result for each. Other threads can run in the meantime.

    ``documents`` is an iterable of documents as for ``check``, or an Arrow array of strings or binary data,
    which is not copied. A null in an Arrow array is checked as the JSON ``null``.

    Raises:
        TypeError: if a document has no JSON text, or an Arrow array has another type.
        ValueError: as for ``check``, or if an Arrow array is invalid.
    """

def samples(
    type_name: str, count: int, seed: int, invalid: bool, fuzz: bool, policy: Policy | None = None
) -> list[tuple[str, list[tuple[str, str]]]]: ...
def types() -> list[str]: ...
def editions() -> list[str]: ...
def deviations() -> list[str]: ...
def json_schema(type_name: str, policy: Policy | None = None) -> str: ...
