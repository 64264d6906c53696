"""Every test is run: a script below tests/ is named in the CMakeLists.txt of its folder, or imported by one that is; scenarios,
unit tests and benches are found by their names.

No scenario has the name of a module of Python: a scenario's folder comes first in its search path, so all
of them would import it in the module's place."""

import pathlib
import re
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
IMPORT = re.compile(r"^\s*(?:from|import)\s+([\w.]+)", re.MULTILINE)
# tests/scenarios/*.py are all run; tests/bench is a program of its own, tests/bench/run.
NAMED = ("container", "docs", "library", "structure", "system", "tools")


def read(path: pathlib.Path) -> str:
    return path.read_text(encoding="utf-8")


def is_named(stem: str, lists: str) -> bool:
    """By its own name, or by what follows `check_` where a loop puts that before it."""
    return re.search(rf"\b(?:{stem}\.py|{stem.removeprefix('check_')})\b", lists) is not None


def never_run(lists: str):
    imported = {name for path in TESTS.rglob("*.py") for module in IMPORT.findall(read(path)) for name in module.split(".")}
    for folder in NAMED:
        for path in sorted((TESTS / folder).glob("*.py")):
            if path.stem not in imported and not is_named(path.stem, lists):
                yield f"{path.relative_to(TESTS.parent)} is never run: no CMakeLists.txt names it"


def main() -> int:
    lists = "\n".join(re.sub(r"#.*", "", read(path)) for path in TESTS.rglob("CMakeLists.txt"))
    scenarios = sorted((TESTS / "scenarios").glob("*.py"))
    problems = list(never_run(lists))
    problems += [f"{path.name} has the name of a module of Python" for path in scenarios
                 if path.stem in getattr(sys, "stdlib_module_names", ())]
    on_disk = re.search(r"set\(on_disk ([^)]*)\)", lists)
    problems += [f"tests/scenarios/CMakeLists.txt: there is no scenario {name}" for name in on_disk[1].split()
                 if not (TESTS / f"scenarios/{name}.py").exists()]
    for problem in problems:
        print(problem)
    print(f"{len(scenarios)} scenarios, {len(problems)} problems")
    return 1 if problems or not scenarios else 0


if __name__ == "__main__":
    sys.exit(main())
