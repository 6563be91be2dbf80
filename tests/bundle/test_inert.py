"""Opening a bundle runs nothing of it: no audit event of code, processes or the network."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from qztopics.bundle.reader import open_bundle
from tests.bundle.support import plant

if TYPE_CHECKING:
    from pathlib import Path

GUARDED = """
import random, sys
from pathlib import Path
from qztopics.bundle.reader import open_bundle
from qztopics.bundle.store import versions
from qztopics.bundle.verify import verify
from qztopics.errors import QztopicsError

model, rounds = Path(sys.argv[1]), int(sys.argv[2])
open_bundle(model), verify(model), versions(model)  # imports that happen on first use happen before the guard

FORBIDDEN = ("pickle.", "marshal.", "exec", "compile", "import", "subprocess.", "os.system", "os.exec", "os.spawn",
             "os.posix_spawn", "os.fork", "socket.", "ctypes.", "code.__new__", "builtins.input", "shutil.", "urllib.")
fired = []
guarding = True

def hook(event, arguments):
    if guarding and (event.startswith(FORBIDDEN) or (event == "open" and not str(arguments[0]).startswith(allowed))):
        fired.append((event, str(arguments)[:200]))

version = next((model / "versions").iterdir())
allowed = (str(model), "versions", "provenance", "CURRENT", "manifest.json", version.name,
           *(p.name for p in version.iterdir()))
files = [model / "CURRENT", *sorted(version.iterdir())]
# open by descriptor shows as a number
allowed += tuple("0123456789")
sys.addaudithook(hook)

draw = random.Random(3)
opened = refused = 0
for _ in range(rounds):
    guarding = False
    path = draw.choice(files)
    path.chmod(0o600)
    data = path.read_bytes()
    changed = bytearray(data)
    for _ in range(draw.randrange(3)):
        if changed:
            changed[draw.randrange(len(changed))] = draw.choice(b"c\\x80.R\\"{}[]0os'|O")
    path.write_bytes(bytes(changed))
    guarding = True
    try:
        open_bundle(model)
        versions(model)
        opened += 1
    except QztopicsError:
        refused += 1
    guarding = False
    path.write_bytes(data)
print(opened > rounds // 10, refused > rounds // 10, fired[:5])
"""


@pytest.mark.slow
def test_no_forbidden_event_fires_over_mutated_bundles(tmp_path: Path) -> None:
    plant(tmp_path, "m")
    run = subprocess.run(
        [sys.executable, "-c", GUARDED, str(tmp_path / "m"), "600"], capture_output=True, text=True, check=False
    )
    assert (run.stdout, run.stderr) == ("True True []\n", "")
    open_bundle(tmp_path / "m")


def test_the_guard_sees_what_it_forbids(tmp_path: Path) -> None:
    plant(tmp_path, "m")
    leaky = GUARDED.replace("        versions(model)\n", "        import pickle; pickle.loads(b'cos\\ngetpid\\n.')\n")
    run = subprocess.run(
        [sys.executable, "-c", leaky, str(tmp_path / "m"), "50"], capture_output=True, text=True, check=False
    )
    assert "pickle.find_class" in run.stdout
