"""The contracts about imports that are our own find what they are there for (tools/contracts.py)."""

from typing import Any

import pytest
from grimp import ImportGraph

from tools.contracts import OperationsContract, StoreAreasContract


def graph_of(importer: str, imported: str) -> ImportGraph:
    graph = ImportGraph()
    for name in (importer, imported, "ostiary.store", "ostiary.store.idp"):
        graph.add_module(name)
    graph.add_import(importer=importer, imported=imported)
    return graph


def checked(kind: Any, graph: ImportGraph, **options: Any) -> Any:
    made = kind(name="contract", session_options={}, contract_options={"type": "x", **options})
    return made.check(graph, verbose=False)


@pytest.mark.parametrize(
    ("importer", "kept"),
    [
        ("ostiary.hosted.pages", False),
        ("ostiary.idp.pools.domains", False),
        ("ostiary.idp.users.invitations", True),
        ("ostiary.idp", True),
    ],
)
def test_an_operation_is_imported_by_its_own_package_and_by_what_registers_it(importer: str, *, kept: bool) -> None:
    check = checked(OperationsContract, graph_of(importer, "ostiary.idp.users.groups"))
    assert (check.kept, len(check.metadata["broken"])) == (kept, 0 if kept else 1)


@pytest.mark.parametrize(("importer", "kept"), [("ostiary.sns.topics", False), ("ostiary.idp.users.groups", True)])
def test_a_part_of_the_store_is_read_by_its_own_area(importer: str, *, kept: bool) -> None:
    check = checked(StoreAreasContract, graph_of(importer, "ostiary.store.idp.users"), areas=["idp"])
    assert check.kept is kept


def test_an_exception_needs_an_import_that_it_excepts() -> None:
    graph = graph_of("ostiary.sns.topics", "ostiary.store.idp.users")
    needed = "ostiary.sns -> ostiary.store.idp: why"
    assert checked(StoreAreasContract, graph, areas=["idp"], exceptions=[needed]).kept
    idle = checked(
        StoreAreasContract, graph, areas=["idp"], exceptions=[needed, "ostiary.sts -> ostiary.store.idp: no"]
    )
    assert (idle.kept, idle.metadata["idle"]) == (False, ["ostiary.sts -> ostiary.store.idp"])
