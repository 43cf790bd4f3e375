"""Files in KernelBench's form: what is inferred, what can be set or freed, and what is refused with which message."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from kernelmill.core import formula
from kernelmill.core.errors import UserError
from kernelmill.core.task import Task
from kernelmill.core.workload import Workload
from kernelmill.tasks import module, signature
from kernelmill.tasks.files import load_file
from kernelmill.tasks.inputs import make_inputs
from kernelmill.tasks.reference import bind, load

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.py"))
Write = Callable[..., Path]

NET = """
import torch
import torch.nn as nn

batch_size = 6
channels, size = 8, 17
hidden = channels * 2


class Model(nn.Module):
    '''Convolution with a mask.'''

    def __init__(self, c, h):
        super().__init__()
        self.conv = nn.Conv2d(c, h, 3, stride=2, padding=1)
        self.bn = nn.BatchNorm2d(h)
        self.register_buffer("mask", torch.tril(torch.ones(h, h)))

    def forward(self, x, scale):
        y = torch.relu(self.bn(self.conv(x))) * scale
        return y, y.mean((2, 3)) @ self.mask


def get_inputs():
    return [torch.rand(batch_size, channels, size, size) * 2 - 1, 0.5]


def get_init_inputs():
    return [channels, hidden]
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str, name: str = "net.py") -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def small(forward: str, inputs: str = "torch.rand(n, 5)", body: str = "", extra: str = "") -> str:
    """A file whose model has this forward."""
    return (
        f"import torch\nimport torch.nn as nn\nn = 4\n{extra}\n\n"
        "class Model(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        f"        {body or 'pass'}\n\n    def forward(self, x):\n        {forward}\n\n\ndef get_inputs():\n    return [{inputs}]\n"
    )


def run(task: Task, family: str | None = None, dtype: str = "f32") -> tuple[dict[str, torch.Tensor], tuple[torch.Tensor, ...]]:
    sizes = task.sizes("ci")
    inputs = make_inputs(task, Workload(task.name, tuple(sizes.items()), family or task.families[0].name, 3, dtype))
    return inputs, bind(task)(inputs, sizes)


def test_signature_is_inferred(write: Write) -> None:
    task = load_file(write(NET))
    assert signature.show(task.tensors) == (
        "x[6,8,17,17], weight conv_weight[16,8,3,3], weight conv_bias[16], weight bn_weight[16], weight bn_bias[16], "
        "weight mask[16,16] -> out0[6,16,9,9], out1[6,16]"
    )
    assert [(s.name, s.value) for s in task.scalars] == [("scale", 0.5)]
    assert task.doc == "Convolution with a mask."
    assert task.name == "file/net"
    assert task.axes == ()
    draws = dict(task.families[0].draws)
    assert (draws["x"].kind, draws["x"].a, draws["x"].b) == ("uniform", -1.0, 1.0)
    assert draws["mask"].kind == "given"
    assert draws["bn_weight"].kind == "uniform"
    assert [f.name for f in task.families] == ["file", "normal", "all_negative", "wide", "outliers"]


def test_reference_is_the_module_with_weights_from_outside(write: Write) -> None:
    task = load_file(write(NET))
    inputs, outputs = run(task)
    assert torch.equal(inputs["mask"], torch.tril(torch.ones(16, 16)))
    model = module.construct(load(task.reference), "Model")
    names = module.weight_names(model, ["x", "scale"])
    model.load_state_dict({original: inputs[name] for name, original in names.items()}, strict=False)
    for mine, direct in zip(outputs, model(inputs["x"], 0.5), strict=True):
        torch.testing.assert_close(mine, direct, rtol=0, atol=0)
    again = bind(task)(inputs)
    assert all(torch.equal(a, b) for a, b in zip(outputs, again, strict=True)), "running statistics leaked from call to call"
    _, wide = run(task, dtype="f64")
    assert all(w.dtype == torch.float64 for w in wide)


def test_settings_reach_what_derives_from_them(write: Write) -> None:
    task = load_file(write(NET), settings={"channels": 4, "batch_size": 2})
    assert task.tensors[0].shape == (2, 4, 17, 17)
    assert next(t for t in task.tensors if t.name == "conv_weight").shape == (8, 4, 3, 3)
    assert dict(task.reference.constants) == {"channels": 4, "batch_size": 2}
    _, outputs = run(task)
    assert outputs[1].shape == (2, 8)
    derived = load_file(write(NET), settings={"hidden": 24})
    assert next(t for t in derived.tensors if t.name == "mask").shape == (24, 24)


def test_dynamic_axes_become_formulas(write: Write) -> None:
    task = load_file(write(NET), dynamic=["batch", "channels"])
    assert task.axes == ("batch_size", "channels")
    shapes = {t.name: t.shape for t in task.tensors}
    assert shapes["x"] == ("batch_size", "channels", 17, 17)
    assert shapes["conv_weight"] == ("2*channels", "channels", 3, 3)
    assert shapes["out1"] == ("batch_size", "2*channels")
    for sizes in ({"batch_size": 3, "channels": 5}, {"batch_size": 1, "channels": 1}):
        assert task.legal(sizes)
        inputs = make_inputs(task, Workload(task.name, tuple(sizes.items()), "normal", 1))
        for declared, got in zip(task.outputs, bind(task)(inputs, sizes), strict=True):
            assert tuple(got.shape) == declared.dims(sizes)
    fixed = load_file(write(NET))
    assert formula.evaluate(task.flops, {"batch_size": 6, "channels": 8}) == int(fixed.flops)


def test_dynamic_steps_and_bounds_are_found(write: Write) -> None:
    text = small("return x.view(x.shape[0], 4, -1).softmax(1)[:, :, 2:]", "torch.randn(n, width)", extra="width = 32")
    task = load_file(write(text), dynamic=["width"])
    assert task.constraints == ("width % 4 == 0", "width >= 8")
    assert task.tensors[-1].shape == ("n", 4, "(width - 8)//4") or task.tensors[-1].shape == (4, 4, "(width - 8)//4")


def test_dynamic_class_count_moves_the_range_of_an_index(write: Write) -> None:
    text = small("return torch.nn.functional.cross_entropy(*x)", extra="classes = 10").replace("forward(self, x)", "forward(self, *x)")
    text = text.replace("[torch.rand(n, 5)]", "[torch.rand(n, classes), torch.randint(0, classes, (n,))]")
    task = load_file(write(text), dynamic=["classes", "n"])
    assert [t.name for t in task.inputs] == ["x_0", "x_1"]
    assert dict(task.families[0].draws)["x_1"].b == "classes"
    assert task.tensors[-1].shape == ()
    run(task)


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        ("torch.rand(n, 5)", "uniform"),
        ("torch.randn(n, 5).abs()", "given"),
        ("torch.rand(n, 5).softmax(1)", "given"),
        ("torch.tril(torch.rand(n, n))", "given"),
        ("3 - torch.rand(n, 5) / 2", "uniform"),
        ("torch.randint(-3, 4, (n, 5)).float()", "integers"),
        ("torch.ones(n, 5)", "constant"),
        ("torch.rand(n, 5).add_(torch.ones(n, 5))", "given"),
    ],
)
def test_distributions_are_recognised(write: Write, made: str, kind: str) -> None:
    task = load_file(write(small("return x * 2", made)))
    assert dict(task.families[0].draws)["x"].kind == kind
    inputs, _ = run(task)
    if made.startswith("3"):
        draw = dict(task.families[0].draws)["x"]
        assert (draw.a, draw.b) == (2.5, 3.0)
    if "tril" in made:
        assert torch.equal(inputs["x"], inputs["x"].tril())
        assert inputs["x"].abs().sum() > 0


def test_families_without_sense_are_left_out(write: Write) -> None:
    names = [f.name for f in load_file(write(small("return torch.log(x + 1e-3)"))).families]
    assert names == ["file"], "logarithms of negative numbers"
    assert "wide" not in [f.name for f in load_file(write(small("return torch.exp(x)"))).families]


def test_inputs_written_in_place_are_inout(write: Write) -> None:
    task = load_file(write(small("x.mul_(2); return x.sum(1)")))
    assert signature.show(task.tensors) == "inout x[4,5] -> out[4]"
    inputs, (x, total) = run(task)
    assert torch.equal(x, inputs["x"] * 2)
    assert torch.equal(total, x.sum(1))


def test_argmax_is_compared_by_value(write: Write) -> None:
    assert load_file(write(small("return torch.argmax(x, dim=1)"))).numerics.index_of == "x"


def test_dropout_is_fine_in_eval_mode(write: Write) -> None:
    path = write(small("return self.drop(x)", body="self.drop = nn.Dropout(0.5)"))
    with pytest.raises(UserError, match="random numbers") as error:
        load_file(path)
    assert "drop (Dropout)" in str(error.value)
    assert "--eval" in str(error.value)
    assert load_file(path, eval_mode=True).reference.eval_mode


def test_attention_without_dropout_draws_nothing(write: Write) -> None:
    attend = "return nn.functional.scaled_dot_product_attention(x, x, x{})"
    assert load_file(write(small(attend.format(", is_causal=True"), "torch.rand(n, 2, 8, 16)"))).name == "file/net"
    with pytest.raises(UserError, match="random numbers"):
        load_file(write(small(attend.format(", dropout_p=0.5"), "torch.rand(n, 2, 8, 16)")))


@pytest.mark.parametrize(
    ("text", "message", "got"),
    [
        ("x = (\n", "is no Python", "line 1"),
        ("class Net: pass\ndef get_inputs(): return []\n", "defines no class Model", "classes: Net"),
        ("class Model: pass\n", "defines no get_inputs", "functions: none"),
        ("import torch_does_not_exist\n" + small("return x"), "the reference does not run: ModuleNotFoundError", "net.py"),
        (small("return x if x.sum() > 0 else -x"), "reads a tensor's value into Python (aten._local_scalar_dense)", "line 12"),
        (small("return x + torch.rand_like(x)"), "draws random numbers", "line 12"),
        (small("return x + torch.rand_like(x)"), "draws random numbers", "draw it in get_inputs()"),
        (small("return x @ x"), "forward fails: RuntimeError", "line 12"),
        (small("return {'a': x}"), "must return tensors", "dict"),
        (small("return x", "[torch.rand(3)]"), "is no tensor or number", "list"),
        (small("return x", "torch.rand(n), torch.rand(n)"), "more values than forward takes", "2"),
        (small("return x", "torch.rand(n).to(torch.complex64)"), "a type that kernels do not take", "complex64"),
    ],
)
def test_bad_files_are_explained(write: Write, text: str, message: str, got: str) -> None:
    with pytest.raises(UserError) as error:
        load_file(write(text))
    assert message in str(error.value)
    assert got in str(error.value)


def test_missing_file_and_unknown_words(tmp_path: Path, write: Write) -> None:
    with pytest.raises(UserError, match="cannot read"):
        load_file(tmp_path / "nothing.py")
    with pytest.raises(UserError, match="did you mean 'batch_size'"):
        load_file(write(NET), settings={"batchsize": 4})
    with pytest.raises(UserError, match="unknown whole module constant 'depth'"):
        load_file(write(NET), dynamic=["depth"])
    with pytest.raises(UserError, match="can mean several"):
        load_file(write(small("return x", extra="size_a = 3\nsize_b = 4")), dynamic=["size"])


def test_a_size_that_does_not_fit_is_refused_with_a_proposal(write: Write) -> None:
    text = small("return torch.relu(x)", "torch.rand(batch_size, 393216)", extra="batch_size = 4096")
    with pytest.raises(UserError) as error:
        load_file(write(text))
    assert "x 4096x393216 f32 = 6442.5 MB + out 4096x393216 f32 = 6442.5 MB = 12884.9 MB" in str(error.value)
    assert str(error.value).endswith("--set batch_size=8"), "no output of profile cpu is over 24 MB"
    assert load_file(write(text), settings={"batch_size": 32}).bytes({}) == 2 * 32 * 393216 * 4


def test_a_large_tensor_on_the_way_is_refused(write: Write) -> None:
    text = small("return (x @ x.transpose(1, 2)).softmax(2) @ x", "torch.rand(n, length, 1)", extra="length = 65536")
    with pytest.raises(UserError, match=r"forward makes a tensor of 68719\.5 MB") as error:
        load_file(write(text))
    assert "--set length=" in str(error.value)


def test_a_proposal_goes_beyond_the_batch(write: Write) -> None:
    text = small("return x @ x", "torch.rand(batch_size, dim, dim)", extra="batch_size = 16\ndim = 16384")
    with pytest.raises(UserError) as error:
        load_file(write(text))
    proposal = str(error.value).partition("try:")[2].replace("--set", "").split()
    load_file(write(text), settings={k: int(v) for k, v in (p.split("=") for p in proposal)})


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_examples_are_sound(path: Path) -> None:
    task = load_file(path)
    assert 4e6 <= sum(t.bytes({}) for t in task.tensors) <= 64e6
    assert 0.02e9 <= int(task.flops) <= 4e9
    assert len(task.families) >= 3
    inputs, outputs = run(task)
    for declared, got in zip(task.outputs, outputs, strict=True):
        assert tuple(got.shape) == declared.dims({})
        assert torch.isfinite(got).all()
    assert [n for n, _ in task.families[0].draws] == list(inputs)


def test_there_are_four_examples() -> None:
    assert [p.stem for p in EXAMPLES] == ["causal_attention", "conv_bn", "mlp", "odd_reductions"]
