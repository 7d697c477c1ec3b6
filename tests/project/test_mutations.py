"""The changes that `tools/mutants.py` tries."""

from textwrap import dedent

from tools.mutations import Mutant, mutants


def changes(source: str) -> list[tuple[str, str]]:
    return [(mutant.old, mutant.new) for mutant in mutants(dedent(source))]


def made(source: str) -> list[Mutant]:
    found = mutants(dedent(source))
    assert len({mutant.name for mutant in found}) == len(found)
    return found


def test_each_part_of_a_condition_is_dropped_and_each_answer_given() -> None:
    assert changes("def f(a, b):\n    if a and not b:\n        raise KeyError\n") == [
        ("a and (not b)", "False"),
        ("a and (not b)", "not b"),
        ("a and (not b)", "a"),
    ]
    assert changes("def f(a):\n    return a < 1\n") == [
        ("a < 1", "True"),
        ("a < 1", "False"),
        ("a < 1", "(a <= 1)"),
        ("1", "2"),
    ]


def test_statements_members_and_arguments_are_left_out() -> None:
    source = """
        KINDS = {"a", "b"}

        def f(log, check, x):
            log.info("nothing to see")
            check(x)
            x.seen = True
            return g(x.lower(), strict=True) | h(x)
    """
    assert changes(source) == [
        ("{'a', 'b'}", "{'b'}"),
        ("{'a', 'b'}", "{'a'}"),
        ("check(x)", "pass"),
        ("x.seen = True", "pass"),
        ("True", "False"),
        ("g(x.lower(), strict=True) | h(x)", "g(x.lower(), strict=True)"),
        ("g(x.lower(), strict=True) | h(x)", "h(x)"),
        ("g(x.lower(), strict=True)", "g(x.lower())"),
        ("x.lower()", "x"),
        ("True", "False"),
    ]


def test_what_people_read_and_what_types_say_stays() -> None:
    source = '''
        """A module."""
        from a import b

        Kind = int | str

        def f(x: "int" = 3) -> "int":
            """Return something."""
            raise KeyError("x", 1)
    '''
    assert changes(source) == [("3", "4"), ("raise KeyError('x', 1)", "pass")]


def test_a_change_is_named_by_where_it_is_and_not_by_its_line() -> None:
    source = "class C:\n    def f(self, a):\n        return a == 1 or a == 1\n"
    names = [mutant.name for mutant in made(source)]
    assert names == [mutant.name for mutant in made(f"# one more line\n{source}")]
    assert names[:2] == ["C.f | a == 1 or a == 1 | (a == 1) | 1", "C.f | a == 1 or a == 1 | (a == 1) | 2"]
    first = made(source)[0]
    assert (first.line, first.first, first.last, first.imported) == (3, 3, 3, False)
    assert first.source == "class C:\n    def f(self, a):\n        return (a == 1)\n"


def test_what_runs_on_import_is_told_apart() -> None:
    source = "A = 1\n\nclass C:\n    b = 2\n\n    def f(self, c=3):\n        return 4\n"
    assert [(mutant.old, mutant.imported) for mutant in made(source)] == [
        ("1", True),
        ("2", True),
        ("3", True),
        ("4", False),
    ]
