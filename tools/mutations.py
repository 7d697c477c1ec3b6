"""Small changes of a module that its tests ought to notice, one at a time; `mutants.py` tries them."""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

PREDICATES = {"startswith", "endswith", "isdisjoint", "issubset", "compare_digest", "isinstance", "fullmatch", "match"}
"""Calls that answer a question: both answers are tried."""
LEFT_OUT = {"lower", "upper", "casefold", "strip", "removeprefix", "removesuffix"}
"""Methods that are left out: what they are called on stands for what they return."""
OPPOSITES = {"any": "all", "all": "any", "max": "min", "min": "max", "fullmatch": "match"}
BOUNDARIES: dict[type[ast.cmpop], ast.cmpop] = {
    ast.Lt: ast.LtE(),
    ast.LtE: ast.Lt(),
    ast.Gt: ast.GtE(),
    ast.GtE: ast.Gt(),
}
JOINS = (ast.BitOr, ast.BitAnd, ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Div)
DROPPED = (ast.Expr, ast.AugAssign, ast.Delete, ast.Raise)
"""Statements that are left out whole."""
ANSWERS = ("True", "False")
AROUND = 40
"""Characters on each side of a change that its name shows."""

Edit = tuple[ast.AST, str]
"""What is replaced, and by which text."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one change: `old` became `new` in `function`, in what stands on the lines `first` to `last`.

    `nth` tells apart changes of a function that read the same; `imported` is whether those lines run on import.
    """

    function: str
    line: int
    old: str
    new: str
    nth: int
    first: int
    last: int
    imported: bool
    source: str

    @property
    def name(self) -> str:
        """What names this change whatever line it moves to."""
        return " | ".join((self.function or "module", *self.difference, str(self.nth)))

    @property
    def difference(self) -> tuple[str, str]:
        """What was there and what is there instead, with a little of what is around them."""
        before = _shared(self.old, self.new)
        after = _shared(self.old[before:][::-1], self.new[before:][::-1])
        return _shown(self.old, before, after), _shown(self.new, before, after)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands: see Mutant. `judged` is whether both of its answers were tried already."""

    function: str = ""
    imported: bool = True
    first: int = 0
    last: int = 0
    judged: bool = False

    def on(self, node: ast.AST) -> "Place":
        """Return the place with the lines of this node."""
        return replace(self, first=node.lineno, last=node.end_lineno or 0)  # type: ignore[attr-defined]


def mutants(source: str) -> list[Mutant]:
    """Return every change that is tried on a module, in the order of its lines; all of them compile."""
    text = source.encode()
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    seen: Counter[str] = Counter()
    found = []
    for place, (node, new) in _body(ast.parse(source).body, Place()):
        at: ast.expr = node  # type: ignore[assignment]
        start, end = starts[at.lineno - 1] + at.col_offset, starts[(at.end_lineno or 0) - 1] + (at.end_col_offset or 0)
        old, changed = ast.unparse(node), (text[:start] + new.encode() + text[end:]).decode()
        if old == new or not _compiles(changed):
            continue
        where = (place.first, place.last, place.imported)
        mutant = Mutant(place.function, at.lineno, old, new, 1, *where, changed)
        seen[mutant.name] += 1
        found.append(replace(mutant, nth=seen[mutant.name]))
    return sorted(found, key=lambda mutant: mutant.line)


def _body(body: Sequence[ast.stmt], place: Place) -> Iterator[tuple[Place, Edit]]:
    for statement in body:
        if not isinstance(statement, ast.Import | ast.ImportFrom) and not _is_docstring(statement):
            yield from _statement(statement, place)


def _statement(node: ast.stmt, place: Place) -> Iterator[tuple[Place, Edit]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        inside = f"{place.function}.{node.name}" if place.function else node.name
        if not isinstance(node, ast.ClassDef):
            defaults = [value for value in (*node.args.defaults, *node.args.kw_defaults) if value]
            for head in defaults:
                yield from _expression(head, replace(place, function=inside, imported=True).on(head))
        yield from _body(node.body, replace(place, function=inside, imported=isinstance(node, ast.ClassDef)))
        return
    if ast.unparse(node).startswith(("log.", "__all__")):
        return
    if _is_dropped(node):
        yield place.on(node), (node, "pass")
    if isinstance(node, ast.Raise):
        return
    for child in ast.iter_child_nodes(node):
        if not isinstance(node, ast.AnnAssign) or child is node.value:
            yield from _child(node, child, place)
    for block in _blocks(node):
        yield from _body(block, place)


def _child(node: ast.stmt, child: ast.AST, place: Place) -> Iterator[tuple[Place, Edit]]:
    """What may change in the head of a statement: in all of it, when it is a simple one."""
    if isinstance(child, ast.expr):
        simple = not any(hasattr(node, name) for name in ("body", "cases"))
        answers = ANSWERS[1:] if isinstance(node, ast.While) else ANSWERS
        here = place.on(node if simple else child)
        yield from _expression(child, here, conditional=isinstance(node, ast.If | ast.While), answers=answers)
    elif isinstance(child, ast.match_case):
        if child.guard is None and not _catches_all(child.pattern):
            yield place.on(child.pattern), (child.pattern, f"{ast.unparse(child.pattern)} if False")
        if child.guard is not None:
            yield from _expression(child.guard, place.on(child.guard), conditional=True)
    elif isinstance(child, ast.ExceptHandler) and isinstance(child.type, ast.Tuple):
        for edit in _without_one(child.type):
            yield place.on(child.type), edit
    elif isinstance(child, ast.withitem):
        yield from _expression(child.context_expr, place.on(child.context_expr))


def _blocks(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks below a statement, without those that only raise: whether they do is tried by their condition."""
    for name in ("body", "orelse", "finalbody"):
        block: list[ast.stmt] = getattr(node, name, [])
        if not (isinstance(node, ast.If) and len(block) == 1 and isinstance(block[0], ast.Raise)):
            yield block
    for inner in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield inner.body


def _expression(
    node: ast.expr, place: Place, *, conditional: bool = False, answers: Sequence[str] = ANSWERS
) -> Iterator[tuple[Place, Edit]]:
    if isinstance(node, ast.JoinedStr):
        yield place, (node, '""')
        return
    if place.imported and _is_type(node):
        return
    if not place.judged:
        for edit in _answers(node, answers, conditional=conditional):
            yield place, edit
    for edit in _edits(node):
        yield place, edit
    if isinstance(node, ast.Tuple) and place.imported:
        for edit in _without_one(node):
            yield place, edit
    yield from _inner(node, place)


def _inner(node: ast.expr, place: Place) -> Iterator[tuple[Place, Edit]]:
    judged = isinstance(node, ast.BoolOp | ast.UnaryOp)
    for child in _parts(node):
        is_test = isinstance(node, ast.IfExp) and child is node.test
        yield from _expression(child, replace(place, judged=judged), conditional=is_test)
    for clause in getattr(node, "generators", ()):
        for test in clause.ifs:
            yield from _expression(test, place, conditional=True)


def _answers(node: ast.expr, answers: Sequence[str], *, conditional: bool) -> Iterator[Edit]:
    """Both answers to a question; of `and` only the one that its parts do not try, of `or` the other."""
    if isinstance(node, ast.BoolOp):
        answers = [answer for answer in answers if (answer == "False") == isinstance(node.op, ast.And)]
    elif isinstance(node, ast.Compare) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
        conditional = True
    elif isinstance(node, ast.Call):
        conditional = conditional or _called(node) in PREDICATES
    if conditional and not isinstance(node, ast.Constant):
        yield from ((node, answer) for answer in answers)


def _edits(node: ast.expr) -> Iterator[Edit]:
    match node:
        case ast.BoolOp(op, values):
            for index in range(len(values)):
                kept = [value for at, value in enumerate(values) if at != index]
                yield node, _text(kept[0] if len(kept) == 1 else ast.BoolOp(op, kept))
        case ast.BinOp(left, op, right) if isinstance(op, JOINS):
            yield from ((node, _text(side)) for side in (left, right))
        case ast.Compare(left, [op], [right]) if type(op) in BOUNDARIES:
            yield node, _text(ast.Compare(left, [BOUNDARIES[type(op)]], [right]))
        case ast.Compare(_, _, [ast.Tuple() as among]):
            yield from _without_one(among)
        case ast.Constant(value):
            yield from ((node, text) for text in _other(value))
        case ast.Set() | ast.List() | ast.Dict():
            yield from _without_one(node)
        case ast.Call():
            yield from _calls(node)


def _other(value: object) -> Iterator[str]:
    if isinstance(value, bool):
        yield str(not value)
    elif isinstance(value, int | float):
        yield str(value + 1)
    elif isinstance(value, str) and " " not in value:  # with a blank it is for people
        yield repr(f"{value}~")


def _calls(node: ast.Call) -> Iterator[Edit]:
    name = _called(node)
    if name in OPPOSITES:
        yield node.func, ast.unparse(node.func).removesuffix(name) + OPPOSITES[name]
    if isinstance(node.func, ast.Attribute) and name in LEFT_OUT:
        yield node, _text(node.func.value)
    for keyword in node.keywords:
        kept = [other for other in node.keywords if other is not keyword]
        yield node, ast.unparse(ast.Call(node.func, node.args, kept))


def _without_one(node: ast.expr) -> Iterator[Edit]:
    """Each way to leave one member out of a collection that is written out."""
    if isinstance(node, ast.Dict):
        for index in range(len(node.keys)):
            pairs = [pair for at, pair in enumerate(zip(node.keys, node.values, strict=True)) if at != index]
            yield node, ast.unparse(ast.Dict([key for key, _ in pairs], [value for _, value in pairs]))
    elif isinstance(node, ast.Set | ast.List | ast.Tuple) and not isinstance(getattr(node, "ctx", None), ast.Store):
        for index in range(len(node.elts)):
            kept = [item for at, item in enumerate(node.elts) if at != index]
            rest = ast.Set(kept) if isinstance(node, ast.Set) else type(node)(kept, ast.Load())
            yield node, "set()" if isinstance(node, ast.Set) and not kept else ast.unparse(rest)


def _parts(node: ast.expr) -> Iterable[ast.expr]:
    """The expressions below one; texts of a collection are left to `_without_one`, names of types stay as they are."""
    for child in ast.iter_child_nodes(node):
        inner = child.value if isinstance(child, ast.keyword) else child
        listed = isinstance(node, ast.Set | ast.List | ast.Tuple) and isinstance(inner, ast.Constant)
        if isinstance(inner, ast.expr) and not listed:
            yield inner
    if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        yield from (clause.iter for clause in node.generators)


def _is_type(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _is_type(node.left) and _is_type(node.right)
    return isinstance(node, ast.Subscript | ast.Name)


def _is_dropped(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign):
        return isinstance(node.targets[0], ast.Subscript | ast.Attribute)
    return isinstance(node, DROPPED)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _catches_all(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None


def _called(node: ast.Call) -> str:
    return str(getattr(node.func, "attr", None) or getattr(node.func, "id", ""))


def _text(node: ast.expr) -> str:
    return (
        f"({ast.unparse(node)})"
        if isinstance(node, ast.BoolOp | ast.BinOp | ast.IfExp | ast.Compare)
        else ast.unparse(node)
    )


def _compiles(source: str) -> bool:
    try:
        compile(source, "mutant", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))


def _shown(text: str, before: int, after: int) -> str:
    start, end = max(0, before - AROUND), min(len(text), len(text) - after + AROUND)
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
