"""How long the functions of the package are, without docstrings.

python benchmarks/function_lengths.py
"""

import ast
import statistics
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "sklmag"


def code_lines(function, source):
    """Count lines of code: no docstring, no blank lines, no comments."""
    first = function.body[0]
    doc = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    skip = range(first.lineno, first.end_lineno + 1) if doc else ()
    lines = range(function.lineno, function.end_lineno + 1)
    texts = (source[i - 1].strip() for i in lines if i not in skip)
    return sum(bool(text) and not text.startswith("#") for text in texts)


def lengths():
    """Return the length of each function, with its name."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                name = f"{path.relative_to(PACKAGE)}:{node.lineno} {node.name}"
                found[name] = code_lines(node, text.splitlines())
    return found


def main():
    found = lengths()
    values = sorted(found.values())
    p90 = statistics.quantiles(values, n=10)[-1]
    print(f"{len(values)} functions, median {statistics.median(values):g}, p90 {p90:g}")
    print(f"above 60 lines: {sum(v > 60 for v in values) / len(values):.1%}")
    for name in sorted(found, key=found.get)[-5:]:
        print(f"  {found[name]} {name}")


if __name__ == "__main__":
    main()
