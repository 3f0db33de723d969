"""The names in the type hints are those of the library."""

import os
from pathlib import Path
from typing import get_args

from miniprogram_protocol import _names, _native

NAMES = {
    "TypeName": ("The name of a type.", _native.types()),
    "EditionName": ("The name of an edition of the specification.", _native.editions()),
    "DeviationName": ("The name of a known deviation from the specification.", _native.deviations()),
}


def test_names_are_up_to_date() -> None:
    if "UPDATE" in os.environ:
        lines = ['"""The names that the library knows. Update this file with `UPDATE=1`; see tests/test_names.py."""', ""]
        lines += ["from typing import Literal, TypeAlias", ""]
        for alias, (about, names) in NAMES.items():
            lines += [f"#: {about}", f"{alias}: TypeAlias = Literal["]
            lines += [f'    "{name}",' for name in names]
            lines += ["]", ""]
        file = Path(__file__).parent.parent / "python/miniprogram_protocol/_names.py"
        file.write_text("\n".join(lines), encoding="utf-8")
    else:
        for alias, (_, names) in NAMES.items():
            assert list(get_args(getattr(_names, alias))) == names
