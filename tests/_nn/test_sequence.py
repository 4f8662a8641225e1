"""The packed layers against those of torch."""

import pytest
import torch
from torch import nn

from sklmag._nn._sequence import (
    ElementSelfAttention,
    PackedConv,
    PackedGRU,
    PackedLSTM,
    SoftAttention,
)

N_SAMPLES, N_ELEMENTS, WIDTH = 5, 4, 8


@pytest.fixture
def x():
    torch.manual_seed(0)
    return torch.randn(2, N_SAMPLES, N_ELEMENTS, WIDTH)


def gates_in_our_order(weight, kind):
    """torch.nn.LSTM has input, forget, cell, output; ours has the cell last."""
    if kind is nn.GRU:
        return weight
    take, forget, cell, show = weight.chunk(4, dim=0)
    return torch.cat((take, forget, show, cell))


@pytest.mark.parametrize(
    ("ours", "theirs"), [(PackedLSTM, nn.LSTM), (PackedGRU, nn.GRU)]
)
def test_recurrent_layers_are_those_of_torch(ours, theirs, x):
    references = [
        theirs(WIDTH, 3, batch_first=True, bidirectional=True) for _ in range(2)
    ]
    packed = ours(2, WIDTH, 6)
    with torch.no_grad():
        for i, reference in enumerate(references):
            named = {
                k: gates_in_our_order(v, theirs)
                for k, v in reference.named_parameters()
            }
            directions = [("", 0), ("_reverse", 1)]
            n = packed.weight_hidden.shape[-1]
            for suffix, d in directions:
                part = slice(d * n, (d + 1) * n)
                packed.weight_input[i][:, part] = named[f"weight_ih_l0{suffix}"].T
                packed.bias_input[i][:, part] = named[f"bias_ih_l0{suffix}"]
                packed.weight_hidden[i, d] = named[f"weight_hh_l0{suffix}"].T
                packed.bias_hidden[i, d, 0] = named[f"bias_hh_l0{suffix}"]
        found = packed(x)
        for i, reference in enumerate(references):
            torch.testing.assert_close(found[i], reference(x[i])[0])


@pytest.mark.parametrize("kernel_size", [1, 3])
def test_convolution_is_that_of_torch(kernel_size, x):
    packed = PackedConv(2, WIDTH, 6, kernel_size)
    for i in range(2):
        reference = nn.Conv1d(WIDTH, 6, kernel_size, padding=kernel_size // 2)
        weight = packed.linear.weight[i].view(kernel_size, WIDTH, 6)
        with torch.no_grad():
            reference.weight.copy_(weight.permute(2, 1, 0))
            reference.bias.copy_(packed.linear.bias[i, 0])
        expected = reference(x[i].transpose(1, 2)).transpose(1, 2)
        torch.testing.assert_close(packed(x)[i], expected)


def test_soft_attention_weighs_elements_by_a_softmax(x):
    attention = SoftAttention(2, WIDTH)
    with torch.no_grad():
        weights = (attention(x) / x - 1)[..., 0]
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, N_SAMPLES))


def test_self_attention_does_not_depend_on_the_order_of_the_elements(x):
    attention = ElementSelfAttention(2, WIDTH)
    order = torch.tensor([2, 0, 3, 1])
    torch.testing.assert_close(attention(x)[:, :, order], attention(x[:, :, order]))


@pytest.mark.parametrize("layer", [PackedLSTM, PackedGRU])
def test_members_are_independent(layer, x):
    packed = layer(2, WIDTH, 6)
    packed(x)[0].sum().backward()
    assert packed.weight_input.grad[0].abs().sum() > 0
    assert packed.weight_input.grad[1].abs().sum() == 0
