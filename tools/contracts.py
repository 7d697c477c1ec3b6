"""Contracts that import-linter has not: who may import operations, and who may read which part of the store.

pyproject.toml names them, and the exceptions to them, each with its reason.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

SOURCE = Path(__file__).parents[1] / "src"


class _Exceptional(Contract):
    """A contract with exceptions: "importer -> imported: why", which must all be needed."""

    exceptions: Any = fields.ListField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - as import-linter calls it
        """Return whether all imports keep the contract or are exceptions, and no exception is idle."""
        allowed = {pair.partition(":")[0].strip() for pair in self.exceptions or []}
        found = {f"{importer} -> {imported}" for importer, imported in self.breaches(graph)}
        broken = sorted(found - allowed)
        idle = sorted(allowed - found)
        return ContractCheck(kept=not broken and not idle, metadata={"broken": broken, "idle": idle})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print what breaks the contract, and exceptions that nothing needs."""
        for pair in check.metadata["broken"]:
            output.print_error(pair)
        for pair in check.metadata["idle"]:
            output.print_error(f"no such import any more: {pair}")

    def breaches(self, graph: ImportGraph) -> Iterator[tuple[str, str]]:
        """Yield the imports that the contract forbids, as (importer, imported)."""
        raise NotImplementedError


class OperationsContract(_Exceptional):
    """Nobody imports a module with operations except the package that it is in, and the one that registers it."""

    def breaches(self, graph: ImportGraph) -> Iterator[tuple[str, str]]:
        """Yield the imports of operation modules from elsewhere."""
        for imported in sorted(graph.modules):
            if not _has_operations(imported):
                continue
            package = imported.rpartition(".")[0]
            for importer in graph.find_modules_that_directly_import(imported):
                registers = package.startswith(f"{importer}.") or importer == package
                if not registers and importer.rpartition(".")[0] != package:
                    yield importer, imported


class StoreAreasContract(_Exceptional):
    """A part of the store that is an area's own is read by that area only."""

    areas: Any = fields.ListField(subfield=fields.StringField())

    def breaches(self, graph: ImportGraph) -> Iterator[tuple[str, str]]:
        """Yield the imports of an area's part of the store from other areas, package by package."""
        found: set[tuple[str, str]] = set()
        for area in self.areas:
            part = f"ostiary.store.{area}"
            for imported in graph.find_descendants(part):
                for importer in graph.find_modules_that_directly_import(imported):
                    reader = ".".join(importer.split(".")[:2])
                    if reader not in {"ostiary.store", f"ostiary.{area}"}:
                        found.add((reader, part))
        yield from sorted(found)


def _has_operations(module: str) -> bool:
    file: Any = SOURCE / f"{module.replace('.', '/')}.py"
    return file.exists() and "\n@operation(" in file.read_text()
