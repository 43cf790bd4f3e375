"""The exported graph, node by node: arguments, destinations, in-out tensors, and the program at the end."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy
import torch
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind
from torch.fx import Node

from kernelmill.core.errors import UserError
from kernelmill.core.signature import parameters
from kernelmill.core.task import Task
from kernelmill.mill.build import Builder, Handle
from kernelmill.mill.check import check
from kernelmill.mill.expr import Elem, Expr, walk
from kernelmill.mill.ir import Program
from kernelmill.mill.lower import ops, refuse
from kernelmill.mill.lower.constants import table
from kernelmill.mill.lower.context import LOWERINGS, VIEWS, Call, Context, Target, dense, dtype_name, trial_index
from kernelmill.mill.lower.exporter import fixed_sizes, known, pinned, source_of
from kernelmill.mill.lower.sizes import Size, Symbols, axis, equal, expr, formula
from kernelmill.mill.lower.value import Value, drop, insert, permute, plain, reshape

_SCALARS = {"double": "f64", "int64_t": "i64", "uint8_t": "bool"}


def lower(task: Task, exported: ExportedProgram) -> Program:
    """See `kernelmill.mill.lower.lower`."""
    ops.load()
    return _Driver(task, exported).run()


@dataclass(frozen=True)
class _Wanted:
    """An output that an operation writes itself: `back` undoes the views between the operation's result and the output."""

    result: int
    target: Target


class _Driver:
    def __init__(self, task: Task, exported: ExportedProgram) -> None:
        self.task = task
        self.graph = exported.graph
        self.source = source_of(task, exported)
        self.placeholders = [n for n in self.graph.nodes if n.op == "placeholder"]
        self._refuse_effects(exported)
        self.constants = _constants(exported, self.placeholders)
        self.inputs = [n for n in self.placeholders if n.name not in self.constants]
        if len(self.inputs) != len(task.inputs):
            raise UserError(f"the exported graph of {task.name} takes {len(self.inputs)} tensors", expected=str(len(task.inputs)))
        self.outputs = _outputs(exported, self.graph)
        self.builder = Builder(task.entry.removeprefix("km_"))
        self.symbols = Symbols({})
        self.context = Context(self.builder, self.symbols)
        self.handles: dict[str, tuple[Handle, tuple[Size, ...]]] = {}
        self.env: dict[Node, Any] = {}
        self.pinned: dict[str, int] = dict(fixed_sizes(task))
        self.live: set[Node] = set()
        self.wanted: dict[Node, list[tuple[int, Target]]] = {}
        self.direct: set[int] = set()
        self.seen: dict[str, Node] = {}
        """What an operation computes -> the first node that computes it."""

    def run(self) -> Program:
        self._find_pinned()
        self._declare()
        self._bind_inputs()
        self._mark_live()
        self._plan()
        for node in self.graph.nodes:
            if node in self.live and node.op == "call_function":
                self.env[node] = self._node(node)
        self._copy_outputs()
        for name, size in self.pinned.items():
            self.builder.requires(f"{name} == {size}")
        program = self.builder.program()
        check(program)
        return program

    # parameters
    def _declare(self) -> None:
        names = {(p.source, p.role): p for p in parameters(self.task)}
        axes = [names[a, "axis"].name for a in self.task.axes]
        self.rename = {axis(a): axis(n) for a, n in zip(self.task.axes, axes, strict=True)}
        self.builder.axes(*axes)
        for scalar in self.task.scalars:
            self.builder.scalar(names[scalar.name, "scalar"].name, _SCALARS[scalar.c])
        declare = {"in": self.builder.input, "inout": self.builder.inout, "out": self.builder.output}
        for t in self.task.tensors:
            sizes = tuple(self._axes(formula(d)) for d in t.shape)
            self.handles[t.name] = declare[t.role](names[t.name, t.role].name, t.dtype, *map(expr, sizes)), sizes

    def _find_pinned(self) -> None:
        for tensor, name, size in pinned(self.task, [n.meta["val"].shape for n in self.inputs]):
            if self.pinned.setdefault(name, size) != size:
                raise UserError(f"axis {name} of {self.task.name} has two sizes", got=f"{self.pinned[name]} and {size} ({tensor})")

    def _axes(self, size: Size) -> Size:
        """A formula of the task over the program's axis names, pinned axes as numbers."""
        return sympy.expand(size.xreplace({axis(a): sympy.Integer(v) for a, v in self.pinned.items()}).xreplace(self.rename))

    def _bind_inputs(self) -> None:
        for node, tensor in zip(self.inputs, self.task.inputs, strict=True):
            handle, sizes = self.handles[tensor.name]
            for have, size, text in zip(node.meta["val"].shape, sizes, tensor.shape, strict=True):
                self._bind_size(tensor.name, have, size, str(text))
            self.env[node] = dense(handle, sizes).value
        for node in self.placeholders:
            if node.name in self.constants:
                self.env[node] = self._constant(node, self.constants[node.name])

    def _bind_size(self, tensor: str, have: Any, size: Size, text: str) -> None:
        if known(have) is not None:
            if not size.is_Integer:
                raise UserError(f"export fixed {text} of {tensor} to {have}", expected=f"a reference that works for every {text}")
        elif have.node.expr.is_Symbol:
            self.symbols.known.setdefault(have.node.expr, size)

    def _constant(self, node: Node, value: Any) -> Value:
        if not isinstance(value, torch.Tensor):
            raise UserError(f"the reference holds {type(value).__name__} as a constant", got=node.name, expected="tensors")
        return table(value, f"the reference holds a tensor that is no input: {node.name}")

    # graph
    def _mark_live(self) -> None:
        todo = [n for n in self.outputs if isinstance(n, Node)]
        while todo:
            node = todo.pop()
            if node not in self.live:
                self.live.add(node)
                todo += node.all_input_nodes

    def _plan(self) -> None:
        """Find the operations that can write an output themselves."""
        order = {n: i for i, n in enumerate(self.graph.nodes)}
        taken: set[tuple[Node, int]] = set()
        for number, (node, tensor) in enumerate(zip(self.outputs, self.task.outputs, strict=True)):
            if not isinstance(node, Node):
                continue
            handle, sizes = self.handles[tensor.name]
            target = dense(handle, sizes)
            producer, result, target = self._producer(node, target)
            if producer is None or (producer, result) in taken or not self._shape_known(producer, result):
                continue
            if tensor.role == "inout" and not self._may_overwrite(tensor.name, producer, order):
                continue
            taken.add((producer, result))
            self.wanted.setdefault(producer, []).append((result, target))
            self.direct.add(number)
        for node in self.graph.nodes:
            if node in self.live and refuse.operation(node) == "aten.clone.default":
                self._plan_layout(node, taken)

    def _plan_layout(self, clone: Node, taken: set[tuple[Node, int]]) -> None:
        """Where the reference asks for a transposed result in a new layout, let the operation write it in that layout."""
        source = clone.args[0]
        if clone.kwargs.get("memory_format") is not torch.contiguous_format or not isinstance(source, Node):
            return
        names = {refuse.operation(n) for n in _views_above(source)}
        if not names & {"aten.permute.default", "aten.transpose.int"}:
            return
        shape = tuple(self.symbols.size(s) for s in clone.meta["val"].shape)
        first = next((n for n in _views_above(source, whole=True)), None)
        if first is None or (first, 0) in taken or first.op != "call_function" or refuse.operation(first) not in LOWERINGS:
            return
        word = refuse.operation(first).split(".")[1].strip("_")
        producer, result, target = self._producer(source, self.context.temp(word, dtype_name(clone.meta["val"].dtype), shape))
        if producer is first and result == 0:
            taken.add((first, 0))
            self.wanted.setdefault(first, []).append((0, target))

    def _shape_known(self, node: Node, result: int) -> bool:
        meta = node.meta["val"]
        return isinstance(meta[result] if isinstance(meta, tuple | list) else meta, torch.Tensor)

    def _producer(self, node: Node, target: Target) -> tuple[Node | None, int, Target]:
        """Go back through views that move every element once; `target` becomes the place of the operation's own result."""
        result = 0
        while node.op == "call_function":
            name = refuse.operation(node)
            if node.target is operator.getitem:
                return node.args[0], int(node.args[1]), target  # type: ignore[return-value]
            source = node.args[0] if node.args else None
            if not isinstance(source, Node) or name not in _UNDO or not isinstance(source.meta.get("val"), torch.Tensor):
                return (None if name in VIEWS else node), result, target
            shape = tuple(self.symbols.size(s) for s in source.meta["val"].shape)
            if source.meta["val"].dtype != node.meta["val"].dtype:
                return node, result, target
            undone = _undo(name, node.args, target, shape)
            if undone is None:
                return None, result, target
            node, target = source, undone
        return None, result, target

    def _refuse_effects(self, exported: ExportedProgram) -> None:
        """An operation that does more than compute (it raises on bad values) takes a token, which is no tensor of the task."""
        tokens = {spec.arg.name for spec in exported.graph_signature.input_specs if spec.kind is InputKind.TOKEN}
        for node in self.placeholders:
            for user in node.users if node.name in tokens else ():
                raise UserError(f"cannot lower {user.args[1]}: it does more than compute a result", got=self.source.where(user),
                                hint="use --platform torch, or write the reference with other operations")  # fmt: skip

    def _may_overwrite(self, name: str, producer: Node, order: dict[Node, int]) -> bool:
        """Whether nothing reads the old contents of an in-out tensor after `producer` has written the new ones."""
        start = next(n for n, t in zip(self.inputs, self.task.inputs, strict=True) if t.name == name)
        todo, seen = [start], {start}
        while todo:
            node = todo.pop()
            for user in node.users:
                if user.op == "output":
                    return False
                if user not in self.live:
                    continue
                if refuse.operation(user) in VIEWS:
                    if user not in seen:
                        seen.add(user)
                        todo.append(user)
                elif order[user] > order[producer] or (user is producer and refuse.operation(user) not in ops.ONE_NEST):
                    return False
        return True

    def _node(self, node: Node) -> Any:
        value = node.meta.get("val")
        if isinstance(value, torch.SymInt | torch.SymFloat | int | float) and not isinstance(value, bool):
            return self.symbols.size(value)
        if node.target is operator.getitem:
            return self.env[node.args[0]][node.args[1]]  # type: ignore[index]
        name = refuse.operation(node)
        if name == "sym_size.int" or name.startswith("aten.sym_") or name in ("aten._assert_scalar.default", "aten._assert_async.msg"):
            return None
        refuse.check(node, self.source)
        if name not in LOWERINGS:
            raise UserError(f"cannot lower {name}: there is no lowering for it", got=self.source.where(node),
                            hint="use --platform torch, or write the reference with other operations")  # fmt: skip
        key = None if node in self.wanted else _key(node)
        if key is not None and key in self.seen:
            return self.env[self.seen[key]]
        if key is not None:
            self.seen[key] = node
        metas = list(value) if isinstance(value, tuple | list) else [value]
        call = Call(
            self.context, name, [self._argument(a) for a in node.args], {k: self._argument(v) for k, v in node.kwargs.items()},
            metas, [_meta(a) for a in node.args], self.source.where(node), dict(self.wanted.get(node, ())), self._used(node),
        )  # fmt: skip
        try:
            return self._settle(call, LOWERINGS[name](call))
        except (TypeError, KeyError, ValueError, IndexError, AttributeError) as error:
            raise UserError(f"cannot lower {name}: {type(error).__name__}: {error}", got=call.where) from error

    def _used(self, node: Node) -> frozenset[int]:
        return frozenset(int(u.args[1]) for u in node.users if u in self.live and u.target is operator.getitem) or frozenset({0})  # type: ignore[arg-type]

    def _settle(self, call: Call, lowered: Any) -> Any:
        """Copy to a destination what the lowering did not write there itself."""
        many = isinstance(lowered, tuple)
        values = list(lowered) if many else [lowered]
        for result, target in call.targets.items():
            if not _writes_to(values[result], target):
                values[result] = replace(call, targets={result: target}).pointwise(
                    lambda e: e, values[result], dtype=values[result].dtype, out=result
                )
        return tuple(values) if many else values[0]

    def _argument(self, item: Any) -> Any:
        if isinstance(item, Node):
            return self.env[item]
        if isinstance(item, list | tuple):
            return [self._argument(i) for i in item]
        return item

    # outputs
    def _copy_outputs(self) -> None:
        late: list[tuple[Target, Value]] = []
        for number, (node, tensor) in enumerate(zip(self.outputs, self.task.outputs, strict=True)):
            handle, sizes = self.handles[tensor.name]
            if number in self.direct:
                continue
            if not isinstance(node, Node):
                raise UserError(f"output {tensor.name} of {self.task.name} is {node!r}", expected="a tensor")
            value = self.env[node]
            target = dense(handle, sizes)
            if _writes_to(value, target):
                continue
            call = Call(self.context, "aten.clone.default", [value], {}, [node.meta["val"]], [], "", {})
            if self._reads_inout(value):
                value = replace(call.pointwise(lambda e: e, replace(value, free=False), dtype=value.dtype, name="copy"))
            late.append((target, value))
        for target, value in late:
            call = Call(self.context, "aten.clone.default", [value], {}, [None], [], "", {0: target})
            call.pointwise(lambda e: e, value, dtype=value.dtype, shape=target.shape, out=0)

    def _reads_inout(self, value: Value) -> bool:
        names = {self.handles[t.name][0].buffer.name for t in self.task.tensors if t.role == "inout"}
        return any(isinstance(e, Elem) and e.buffer in names for e in walk(value.read(trial_index(value.factors))))


def _writes_to(value: Value | None, target: Target) -> bool:
    """Whether a value is what stands at the target already."""
    if value is None or value.free or value.rank != len(target.shape) or not all(map(equal, value.shape, target.shape)):
        return False
    index = trial_index(value.factors)
    here: Expr = target.elem(index)
    return value.read(index) == here


_UNDO = {
    f"aten.{name}" for name in (
        "view.default", "_unsafe_view.default", "reshape.default", "permute.default", "transpose.int", "unsqueeze.default", "squeeze.dim",
        "squeeze.dims", "clone.default", "alias.default",
    )
}  # fmt: skip


def _undo(name: str, args: Sequence[Any], target: Target, shape: tuple[Size, ...]) -> Target | None:
    """The target of a view's source, given the target of the view; `shape` is the source's."""
    value = target.value
    match name.split(".")[1]:
        case "view" | "_unsafe_view" | "reshape":
            moved = reshape(value, shape)
        case "permute":
            order = [int(d) % len(shape) for d in args[1]]
            moved = permute(value, [order.index(d) for d in range(len(order))])
        case "transpose":
            order = list(range(len(shape)))
            a, b = int(args[1]), int(args[2])
            order[a], order[b] = order[b], order[a]
            moved = permute(value, order)
        case "unsqueeze":
            moved = drop(value, [int(args[1])])
        case "squeeze":
            dims = sorted(int(d) % len(shape) for d in (args[1] if isinstance(args[1], list | tuple) else [args[1]]))
            moved = value
            for d in dims:
                if not equal(shape[d], sympy.Integer(1)):
                    return None
                moved = insert(moved, d)
        case "clone" | "alias":
            moved = value
        case _:
            return None
    return Target(target.handle, shape, plain(shape), moved.read)  # type: ignore[arg-type]


def _key(node: Node) -> str | None:
    """Equal for nodes that compute the same; None for those that have more than one result."""
    return None if isinstance(node.meta.get("val"), tuple | list) else f"{node.target}{node.args}{sorted(node.kwargs.items())}"


def _views_above(node: Node, whole: bool = False) -> list[Node]:
    """The views from a node up to the operation they look at; `whole`: only that operation, if it has one result."""
    found: list[Node] = []
    while refuse.operation(node) in _UNDO and isinstance(node.args[0], Node):
        found.append(node)
        node = node.args[0]
    if whole:
        return [node] if isinstance(node.meta.get("val"), torch.Tensor) else []
    return found


def _meta(item: Any) -> Any:
    if isinstance(item, Node):
        return item.meta.get("val")
    return [_meta(i) for i in item] if isinstance(item, list | tuple) else item


def _constants(exported: ExportedProgram, placeholders: Sequence[Node]) -> dict[str, Any]:
    """Placeholder name -> tensor that the graph holds itself (parameters, buffers, lifted constants)."""
    signature = exported.graph_signature
    found: dict[str, Any] = {}
    for mapping in (signature.inputs_to_parameters, signature.inputs_to_buffers, signature.inputs_to_lifted_tensor_constants):
        for name, source in mapping.items():
            found[name] = exported.state_dict.get(source, exported.constants.get(source))
    return {n.name: found[n.name] for n in placeholders if n.name in found}


def _outputs(exported: ExportedProgram, graph: torch.fx.Graph) -> list[Any]:
    """What the reference returned, without the updates of buffers that export appends."""
    returned = list(next(n for n in graph.nodes if n.op == "output").args[0])
    extra = len(returned) - len(exported.graph_signature.user_outputs)
    return returned[extra:]
