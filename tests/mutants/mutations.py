"""Mutants of a module: mutmut's operators, applied to one node at a time."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators, operator_string

#: Calls whose arguments are left alone, as mutmut does.
_UNTOUCHED_CALLS = {"len", "isinstance", "TypeVar"}


@dataclass(frozen=True)
class Mutant:
    """One change of one node."""

    module: str  #: dotted name
    number: int  #: position among the module's mutants
    function: str  #: qualified name of the outermost function or method; "" for code that runs at import
    lines: tuple[int, int]  #: first and last line of the changed node
    before: str  #: the changed lines, stripped
    after: str
    source: str  #: the whole mutated module

    @property
    def name(self) -> str:
        return f"{self.module}:{self.number}"

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What a mutant is recognised by in the list of equivalents, wherever its lines have moved."""
        return self.module, self.function, self.before, self.after


class _Collector(cst.CSTVisitor):
    """The changes of one statement at the top of a module."""

    def __init__(self, wrapper: MetadataWrapper) -> None:
        self._positions = wrapper.resolve(PositionProvider)
        self.found: list[tuple[cst.CSTNode, cst.CSTNode, str, tuple[int, int]]] = []
        self._names: list[str] = []
        self._outermost: list[str] = []
        self._in_signature = 0
        self._in_message = 0

    def on_visit(self, node: cst.CSTNode) -> bool:
        if _is_left_alone(node):
            return False
        if isinstance(node, cst.ClassDef | cst.FunctionDef):
            self._names.append(node.name.value)
        if isinstance(node, cst.FunctionDef):
            self._outermost.append(".".join(self._names))
        # Default values belong to what runs at import.
        self._in_signature += isinstance(node, cst.Parameters) and len(self._outermost) == 1
        self._mutate(node)
        self._in_message += isinstance(node, cst.Raise)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.ClassDef | cst.FunctionDef):
            self._names.pop()
        if isinstance(original_node, cst.FunctionDef):
            self._outermost.pop()
        self._in_signature -= isinstance(original_node, cst.Parameters) and len(self._outermost) == 1
        self._in_message -= isinstance(original_node, cst.Raise)

    def _mutate(self, node: cst.CSTNode) -> None:
        function = self._outermost[0] if self._outermost and not self._in_signature else ""
        span = self._positions.get(node)
        lines = (span.start.line, span.end.line) if span else (0, 0)
        for node_type, operator in mutation_operators:
            if not isinstance(node, node_type):
                continue
            replacements = list(operator(node))
            if self._in_message:
                # The wording is not mutated; that the message is missing altogether has to be noticed.
                replacements = replacements[:1] if isinstance(node, cst.Call) and _is_exception(node) else []
            elif operator is operator_string:
                replacements = replacements[-1:]  # in capitals where it has letters: no pattern still finds it
            for replacement in replacements:
                self.found.append((node, replacement, function, lines))


def _is_exception(call: cst.Call) -> bool:
    return isinstance(call.func, cst.Name) and call.func.value.endswith(("Error", "Exception"))


def _is_left_alone(node: cst.CSTNode) -> bool:
    match node:
        case cst.Annotation() | cst.Decorator():
            return True
        case cst.Call(func=cst.Name(value=name)) if name in _UNTOUCHED_CALLS:
            return True
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString())]):
            return True  # a docstring
        case cst.SimpleStatementLine(
            body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value="__all__"))])]
        ):
            return True
        case cst.SimpleStatementLine(body=[cst.AnnAssign(annotation=cst.Annotation(annotation=note))]):
            return isinstance(note, cst.Name) and note.value == "TypeAlias"
        case cst.If(test=cst.Name(value="TYPE_CHECKING")) | cst.Import() | cst.ImportFrom():
            return True
    return False


def mutants_of(module: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a module's source."""
    wrapper = MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True)
    tree = wrapper.module
    header = "".join(tree.code_for_node(line) for line in tree.header)
    statements = [tree.code_for_node(statement) for statement in tree.body]
    footer = "".join(tree.code_for_node(line) for line in tree.footer)
    original = source.splitlines()
    seen = {source}
    for position, statement in enumerate(tree.body):
        collector = _Collector(wrapper)
        statement.visit(collector)
        before_it, after_it = header + "".join(statements[:position]), "".join(statements[position + 1 :]) + footer
        for node, replacement, function, lines in collector.found:
            changed = statement.visit(_Replace(node, replacement))
            assert isinstance(changed, cst.CSTNode)
            mutated = before_it + tree.code_for_node(changed) + after_it
            if mutated in seen:
                continue
            seen.add(mutated)
            before, after = _changed_lines(original, mutated.splitlines())
            yield Mutant(module, len(seen) - 2, function, lines, before, after, mutated)


class _Replace(cst.CSTTransformer):
    def __init__(self, old: cst.CSTNode, new: cst.CSTNode) -> None:
        self._old, self._new = old, new

    def on_visit(self, node: cst.CSTNode) -> bool:
        return node is not self._old

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> cst.CSTNode:
        return self._new if original_node is self._old else updated_node


def _changed_lines(before: list[str], after: list[str]) -> tuple[str, str]:
    removed, added = [], []
    for line in difflib.unified_diff(before, after, n=0, lineterm=""):
        if line.startswith("-") and not line.startswith("---"):
            removed.append(line[1:].strip())
        elif line.startswith("+") and not line.startswith("+++"):
            added.append(line[1:].strip())
    return "\n".join(removed), "\n".join(added)
