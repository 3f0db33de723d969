"""Extracts the examples of a Markdown file: those of each language into one file, recipe.EXTENSION.

Usage: recipes.py FILE
"""

import pathlib
import re
import sys

EXTENSIONS = {"js": "mjs", "python": "py", "sh": "sh", "ts": "ts"}

markdown = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
examples = {}
for language, code in re.findall(r"^```(\w+)\n(.*?)^```$", markdown, re.MULTILINE | re.DOTALL):
    examples.setdefault(language, []).append(code)
assert examples.keys() == EXTENSIONS.keys(), examples.keys()
for language, codes in examples.items():
    pathlib.Path(f"recipe.{EXTENSIONS[language]}").write_text("\n".join(codes), encoding="utf-8")
