"""The source itself: nothing that runs data as code, and no file written but by `storage.py`."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import qztopics

PACKAGE = Path(qztopics.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))
WRITER = "storage.py"
EXPORT = "bundle/export.py"
"""The one place that may write other tools' formats; it reads none."""

CODE_MODULES = {"pickle", "_pickle", "marshal", "dill", "cloudpickle", "shelve", "yaml", "runpy", "code", "codeop"}
CODE_NAMES = {"eval", "exec", "compile", "__import__"}
CODE_CALLS = {"os.system", "os.popen", "tempfile.mktemp", "importlib.import_module", "ctypes.CDLL"}
LOADERS = {"json", "tomllib", "qztopics", "api", "bundle", "store", "components"}
"""What `.load(...)` may be called on: parsers of plain data, and our own rooms."""

PROCESS_MODULES = {"subprocess", "multiprocessing", "pty"}
PROCESSES = {"corpus/supervised.py", "report/print.py"}
"""What starts a process of its own: the child that reads complex files, and the browser that prints the page."""

WRITE_MODULES = {"tempfile"}
WRITE_METHODS = {
    "write_text", "write_bytes", "touch", "mkdir", "unlink", "rmdir", "rename", "symlink_to", "hardlink_to", "chmod",
    "lchmod", "tofile", "savez", "savez_compressed", "savetxt", "save_npz", "save", "to_csv", "to_parquet", "extractall",
}  # fmt: skip
WRITE_CALLS = {
    *(f"os.{name}" for name in ("replace", "rename", "renames", "remove", "unlink", "rmdir", "removedirs", "mkdir",
                                "makedirs", "link", "symlink", "truncate", "chmod", "chown", "mkfifo", "write")),
    *(f"shutil.{name}" for name in ("copy", "copy2", "copyfile", "copytree", "copyfileobj", "move", "rmtree",
                                    "make_archive", "unpack_archive")),
}  # fmt: skip
WRITE_FLAGS = {"O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"}


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def opens_for_writing(call: ast.Call) -> bool:
    """Whether a call of `open` or `<path>.open` has a mode that writes, or one that cannot be read here."""
    name = dotted(call.func)
    if name == "os.open":
        flags = {part.attr for part in ast.walk(call) if isinstance(part, ast.Attribute)}
        return bool(flags & WRITE_FLAGS) and dotted(call.args[0]) != "os.devnull"
    if name.rpartition(".")[2] not in {"open", "fdopen"}:
        return False
    by_path = isinstance(call.func, ast.Attribute) and name.partition(".")[0] not in {
        "io",
        "gzip",
        "bz2",
        "lzma",
        "codecs",
        "os",
    }
    position = 0 if by_path else 1
    mode = next((k.value for k in call.keywords if k.arg == "mode"), None)
    if mode is None and len(call.args) > position:
        mode = call.args[position]
    if mode is None:
        return False
    return not isinstance(mode, ast.Constant) or not isinstance(mode.value, str) or bool(set("wax+") & set(mode.value))


def findings(source: str, name: str) -> list[str]:
    """Forbidden things in a source text; `name` is its path inside the package."""
    found: list[tuple[int, str]] = []
    writes = name != WRITER
    for node in ast.walk(ast.parse(source)):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            for module in modules:
                top = module.partition(".")[0]
                forks = top in PROCESS_MODULES and name not in PROCESSES
                if top in CODE_MODULES or forks or (writes and top in WRITE_MODULES):
                    found.append((line, f"import {module}"))
            if isinstance(node, ast.ImportFrom):
                names = {f"{node.module}.{alias.name}" for alias in node.names}
                bad = names & (CODE_CALLS | {"joblib.load", "joblib.dump"} | (WRITE_CALLS if writes else set()))
                found += [(line, f"from {full}") for full in bad]
        elif isinstance(node, ast.Attribute):
            if node.attr == "load" and dotted(node.value) not in LOADERS:
                found.append((line, f"{dotted(node)}"))
            if node.attr == "dump" and dotted(node.value) not in {"json", "ast"} and name != EXPORT:
                found.append((line, f"{dotted(node)}"))
        elif isinstance(node, ast.Call):
            called = dotted(node.func)
            if called in CODE_NAMES | CODE_CALLS:
                found.append((line, called))
            for keyword in node.keywords:
                if keyword.arg in {"allow_pickle", "shell"} and not (
                    isinstance(keyword.value, ast.Constant) and keyword.value.value is False
                ):
                    found.append((line, f"{keyword.arg}="))
            if writes:
                owner, _, method = called.rpartition(".")
                by_method = method in WRITE_METHODS and owner not in {"", "storage"} and name != EXPORT
                if called in WRITE_CALLS or opens_for_writing(node) or by_method:
                    found.append((line, called))
    return [f"{name}:{line}: {what}" for line, what in sorted(found)]


def test_the_package_is_read() -> None:
    assert {"storage.py", "errors.py", "bundle/reader.py"} <= {p.relative_to(PACKAGE).as_posix() for p in SOURCES}


def test_no_source_runs_data_or_writes_past_storage() -> None:
    found = [
        line
        for path in SOURCES
        for line in findings(path.read_text(encoding="utf-8"), path.relative_to(PACKAGE).as_posix())
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle", "import os, marshal", "from cloudpickle import dumps", "import dill", "import shelve", "import yaml",
        "eval('1')", "exec(text)", "compile(t, '', 'exec')", "__import__(name)", "importlib.import_module(name)",
        "joblib.load(p)", "from joblib import load", "joblib.dump(m, p)", "LdaModel.load(p)", "np.load(p)", "f = joblib.load",
        "np.lib.load(p, allow_pickle=True)", "g(allow_pickle=flag)", "subprocess.run(c, shell=True)", "os.system(c)",
        "import subprocess", "from multiprocessing import Pool", "open(p, 'w')", "open(p, mode='ab')", "open(p, 'r+')", "open(p, mode)", "p.open('wb')", "path.open(mode='x')",
        "io.open(p, 'w')", "gzip.open(p, 'wt')", "os.fdopen(3, 'wb')", "p.write_text('x')", "(a / b).write_bytes(b'')",
        "os.replace(a, b)", "os.rename(a, b)", "from os import replace", "p.rename(q)", "p.unlink()", "p.mkdir()",
        "shutil.rmtree(p)", "shutil.copy(a, b)", "np.save(p, a)", "np.savez(p, a)", "a.tofile(p)", "import tempfile",
        "os.open(p, os.O_WRONLY)", "os.makedirs(p)", "z.extractall(p)", "p.touch()",
    ],
)  # fmt: skip
def test_each_forbidden_thing_is_seen(source: str) -> None:
    assert len(findings(source, "report/page.py")) >= 1


@pytest.mark.parametrize(
    "source",
    [
        "open(p)", "open(p, 'rb')", "p.open('r', encoding='utf-8')", "p.open()", "tomllib.load(f)", "json.loads(t)",
        "'a'.replace('b', 'c')", "dataclasses.replace(a, b=1)", "storage.write_text(p, t)", "file.write(b'')",
        "os.open(p, os.O_RDONLY)", "os.open(os.devnull, os.O_WRONLY)", "os.fdopen(d, 'rb')", "re.compile('a')", "g(allow_pickle=False)",
    ],
)  # fmt: skip
def test_ordinary_code_passes(source: str) -> None:
    assert findings(source, "report/page.py") == []


def test_the_one_writer_may_write_but_not_run_data() -> None:
    assert findings("os.replace(a, b); open(p, 'wb')", WRITER) == []
    assert findings("import pickle", WRITER) != []
    assert findings("joblib.dump(m, file)", EXPORT) == []
    assert findings("joblib.load(file)", EXPORT) != []
    assert all(findings("import subprocess", name) == [] for name in PROCESSES)
