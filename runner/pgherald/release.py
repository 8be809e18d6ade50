"""What this release came with: its newest migration, and the bodies of its functions."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final, Self

from pgherald.migrations import Tree

_FUNCTION: Final = re.compile(
    r"^create or replace function (?P<name>[\w.]+)\(.*?^as \$(?P<tag>\w*)\$(?P<body>.*?)\$(?P=tag)\$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Release:
    """What a process was built for."""

    version: str
    migration: str
    # By function: the digest of its body.
    functions: Mapping[str, str]

    @classmethod
    def of_this_package(cls, root: Path | None = None) -> Self:
        """Read the files that came along."""
        tree = Tree.at(root)
        functions = {}
        for path in tree.functions.glob("*/*.sql"):
            if match := _FUNCTION.search(path.read_text("utf-8")):
                functions[match["name"]] = hashlib.sha256(match["body"].encode()).hexdigest()
        return cls(version("pgherald"), max(tree.names()), functions)

    @property
    def functions_digest(self) -> str:
        """One digest of all functions, made as sweep.sql makes it from the catalog."""
        lines = (f"{name} {digest}" for name, digest in sorted(self.functions.items()))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()
