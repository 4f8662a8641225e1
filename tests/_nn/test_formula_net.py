import math
import re
from pathlib import Path

import pytest
import torch

from sklmag._nn._formula_net import BODIES, CELLS, FormulaEmbedding, FormulaNet
from sklmag._nn._lamb import LookaheadLamb
from sklmag._nn._losses import LaplaceLoss

SILICA = torch.tensor([[8, 2 / 3, 14, 1 / 3]])


def net(body="l-g-dcnn", *, width=8, n_members=1, **options):
    torch.manual_seed(0)
    defaults = {"n_targets": 1, "n_blocks": 3, "resolution": 2000, "gate": "mean",
                "dropout": 0.0, "jitter": 0.0, "table": torch.randn(104, 200)}  # fmt: skip
    return FormulaNet(body=body, width=width, n_members=n_members, **defaults | options)


@pytest.mark.parametrize(
    ("body", "n_parameters"),
    [("l-g-dcnn", 8_635_911), ("v1", 8_635_911), ("ldcnn", 7_190_022),
     ("dcnn", 5_613_062), ("dcnn-k1", 629_766), ("lstm", 1_681_414),
     ("set", 6_407_175), ("v2", 9_423_366), ("l-att-res-dcnn", 7_453_191),
     ("no-region-residual", 8_635_911), ("no-residual", 8_635_911),
     ("gru", 1_287_174), ("rnn", 498_694), ("cnn", 891_398),
     ("dpcnn", 5_613_062), ("ldpcnn", 7_190_022), ("post-processed", 9_686_535)],
)  # fmt: skip
def test_numbers_of_parameters(body, n_parameters):
    """The published ones, where there are any; those that the guide prints."""
    assert sum(p.numel() for p in net(body, width=512).parameters()) == n_parameters


def test_the_guide_prints_the_numbers_of_parameters():
    guide = Path(__file__).parents[2] / "docs" / "guide" / "formulas.rst"
    if not guide.exists():
        pytest.skip("the documentation is not part of this copy")
    text = guide.read_text()
    for body in BODIES:
        count = sum(p.numel() for p in net(body, width=512).parameters())
        small = sum(p.numel() for p in net(body, width=64).parameters())
        assert f"``{body}``" in text
        assert re.search(rf"``{body}`` .* {count:,} +{small:,}", text), (body, small)


def test_plain_recurrence_is_that_of_torch():
    ours = CELLS["rnn"](1, 6, 8)
    theirs = torch.nn.RNN(6, 4, bidirectional=True, batch_first=True)
    weights, biases = ours.weight_input[0].chunk(2, 1), ours.bias_input[0, 0].chunk(2)
    with torch.no_grad():
        for k, end in enumerate(("", "_reverse")):
            getattr(theirs, f"weight_ih_l0{end}").copy_(weights[k].T)
            getattr(theirs, f"bias_ih_l0{end}").copy_(biases[k])
            getattr(theirs, f"weight_hh_l0{end}").copy_(ours.weight_hidden[0, k].T)
            getattr(theirs, f"bias_hh_l0{end}").copy_(ours.bias_hidden[0, k, 0])
        x = torch.randn(3, 5, 6)
        torch.testing.assert_close(ours(x[None])[0], theirs(x)[0])


def test_without_residuals_nothing_is_added():
    body = net("no-residual").body
    assert not body.attention.skip
    assert [block.skip for block in list(body.convolutions)[1:]] == [False] * 3
    blocks = list(net("no-region-residual").body.convolutions)[1:]
    assert [block.skip for block in blocks] == [False, True, True]
    assert all(block.skip for block in list(net().body.convolutions)[1:])


@pytest.mark.parametrize("body", ["dpcnn", "ldpcnn"])
def test_a_pyramid_halves_its_positions(body):
    states = net(body).element_states(
        torch.tensor([[26, 0.4, 24, 0.3, 6, 0.2, 7, 0.1, 8, 0.1]])
    )
    assert states.shape == (1, 1, 2, 8)  # five elements, three, two


def test_what_follows_the_fusion_has_four_residual_layers():
    body = net("post-processed").body
    assert len(body.post.layers) == 4
    for layer in body.post.layers:
        torch.nn.init.zeros_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    states = torch.randn(1, 2, 3, 8)
    torch.testing.assert_close(body.post(states), states)


def test_a_set_has_no_order():
    together = net("set", resolution=None).eval()
    steel = torch.tensor([[26, 0.7, 24, 0.2, 6, 0.1]])
    turned = torch.tensor([[6, 0.1, 26, 0.7, 24, 0.2]])
    torch.testing.assert_close(together(steel), together(turned))


@pytest.mark.parametrize("amount", [1e-6, 1e-9])
def test_what_vanishes_is_not_seen(amount):
    together = net("set", resolution=None).eval()
    steel = torch.tensor([[26, 0.7, 24, 0.3]])
    traced = torch.tensor([[26, 0.7, 24, 0.3 - amount, 92, amount]])
    difference = (together(steel) - together(traced)).abs().max()
    assert difference < 500 * amount + 1e-6


def test_sinusoids_of_the_fractions():
    embedding = FormulaEmbedding(1, 512, table=torch.zeros(104, 200), resolution=2000)
    with torch.no_grad():
        embedding.linear.bias.zero_()
        found = embedding(torch.tensor([[[26, 0.5], [8, 1e-6]]]))[0, 0]
    j = torch.arange(256, dtype=torch.float64)
    wave = lambda k: (k / 50 ** (2 * j / 256)).sin().float()  # noqa: E731
    torch.testing.assert_close(found[0, :256], wave(999))
    torch.testing.assert_close(found[1, :256], wave(0))  # clamped to one step
    assert 0.0025 * math.log2(0.5) ** 2 * 2000 == 5
    torch.testing.assert_close(found[0, 256:], wave(4))
    steps = round(0.0025 * math.log2(1e-6) ** 2 * 2000)
    torch.testing.assert_close(found[1, 256:], wave(steps - 1))


def test_smooth_waves_do_not_jump():
    embedding = FormulaEmbedding(1, 64, table=torch.zeros(104, 200), resolution=None)
    x = torch.linspace(0.3, 0.31, 11)
    tokens = torch.stack((torch.full_like(x, 26), x), dim=-1)[:, None]
    with torch.no_grad():
        found = embedding(tokens)[0, :, 0]
    assert found.diff(dim=0).abs().max() < 20 * 0.001 * 1.01


def test_one_by_one_convolutions_see_each_element_alone():
    alone = net("dcnn-k1").eval()
    one = alone.element_states(SILICA)[0, 0, 0]
    other = alone.element_states(torch.tensor([[8, 2 / 3, 6, 1 / 3]]))[0, 0, 0]
    torch.testing.assert_close(one, other)
    seeing = net("dcnn").eval()
    assert not torch.allclose(
        seeing.element_states(SILICA)[0, 0, 0],
        seeing.element_states(torch.tensor([[8, 2 / 3, 6, 1 / 3]]))[0, 0, 0],
    )


@pytest.mark.parametrize("gate", ["mean", "element"])
@pytest.mark.parametrize("body", BODIES)
def test_contributions_sum_to_the_prediction(body, gate):
    module = net(body, gate=gate, n_members=2, n_targets=3).eval()
    predicted = module(SILICA)[..., :3]
    torch.testing.assert_close(module.contributions(SILICA).sum(2), predicted)


def test_the_gates_differ_where_elements_differ():
    mean, element = net(gate="mean").eval(), net(gate="element").eval()
    assert not torch.allclose(mean(SILICA), element(SILICA))
    iron = torch.tensor([[26.0, 1.0]])
    torch.testing.assert_close(mean(iron), element(iron))


def test_noise_on_fractions_only_in_training():
    module = net(jitter=0.02)
    assert not torch.equal(module.train()(SILICA), module(SILICA))
    assert torch.equal(module.eval()(SILICA), module(SILICA))


def test_loss_is_least_where_the_uncertainty_is_the_error():
    loss, weight = LaplaceLoss(), torch.ones(1, 1)
    y = torch.zeros(1, 1)
    error = 0.3
    losses = [
        loss(torch.tensor([[[error, u]]]), y, weight).item()
        for u in (-1.0, math.log(math.sqrt(2) * error), 0.0)
    ]
    assert losses[1] == min(losses)
    assert losses[2] == pytest.approx(math.sqrt(2) * error)


class TestLookaheadLamb:
    def test_first_step_is_as_long_as_the_weights(self):
        """A trust ratio scales the Adam step to the norm of the weights."""
        weight = torch.nn.Parameter(torch.tensor([[3.0, 4.0]]))
        optimizer = LookaheadLamb([weight], lr=0.1, n_ahead=100)
        weight.grad = torch.tensor([[1.0, -1.0]])
        optimizer.step()
        moved = weight.detach() - torch.tensor([[3.0, 4.0]])
        assert moved.norm().item() == pytest.approx(0.1 * 5, rel=1e-5)
        assert moved[0, 0] < 0 < moved[0, 1]

    def test_slow_weights_follow_by_half(self):
        weight = torch.nn.Parameter(torch.tensor([[1.0]]))
        optimizer = LookaheadLamb([weight], lr=0.1, n_ahead=1)
        weight.grad = torch.tensor([[1.0]])
        optimizer.step()
        assert weight.item() == pytest.approx(1 - 0.1 / 2, rel=1e-5)

    def test_members_have_norms_of_their_own(self):
        weight = torch.nn.Parameter(torch.tensor([[1.0, 0.0], [5.0, 0.0]]))
        optimizer = LookaheadLamb([weight], lr=0.1, n_ahead=100)
        weight.grad = torch.ones(2, 2)
        optimizer.step()
        moved = (weight.detach() - torch.tensor([[1.0, 0.0], [5.0, 0.0]])).norm(dim=1)
        torch.testing.assert_close(moved, torch.tensor([0.1, 0.5]))

    def test_weights_of_zero_still_move(self):
        weight = torch.nn.Parameter(torch.zeros(1, 2))
        weight.grad = torch.ones(1, 2)
        LookaheadLamb([weight], lr=0.1, n_ahead=100).step()
        assert (weight < 0).all()
