"""The fused forms against what they mean, written out."""

import torch

from sklmag._nn._attention import AttentionNet, SampleAttention
from sklmag._nn._embedding import FeatureAttention, PeriodicEmbedding


def test_sample_attention_is_a_softmax_of_distances():
    torch.manual_seed(0)
    attention = SampleAttention(2, 5, 3, n_heads=4, head_width=6).double()
    with torch.no_grad():
        attention.gate.uniform_()
        attention.log_scale.uniform_(-1, 1)
    query = attention.place(torch.randn(2, 7, 5).double())
    key = attention.place(torch.randn(2, 9, 5).double())
    value, bias = torch.randn(2, 9, 3).double(), torch.randn(2, 1, 1, 9).double()
    distance = (query[:, :, :, None] - key[:, :, None]).square().sum(-1)
    scale = attention.log_scale.exp()
    score = torch.cat([bias - scale * distance, -scale.expand(2, 4, 7, 1)], dim=-1)
    weights = score.softmax(-1)[..., :9]
    expected = (attention.gate * (weights @ value[:, None])).sum(1)
    torch.testing.assert_close(attention(query, key, value, bias), expected)


def test_feature_attention_is_a_scaled_dot_product():
    torch.manual_seed(0)
    layer = FeatureAttention(2, 5, n_heads=3).double()
    x = torch.randn(4, 5).double()
    weights = layer.attention(x)
    assert weights.shape == (2, 4, 5, 5)
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 4, 5).double())
    query, key, value = layer._heads(layer._tokens(x))
    mixed = (query @ key.transpose(-1, -2) / 2).softmax(-1) @ value  # head width 4
    tokens = layer._tokens(x)
    mixed = layer.mix(mixed.transpose(2, 3).flatten(3).flatten(1, 2)).view_as(tokens)
    torch.testing.assert_close(layer(x), (tokens + mixed).flatten(2))


def test_periodic_embedding_of_one_feature_depends_on_it_alone():
    torch.manual_seed(0)
    layer = PeriodicEmbedding(2, 3, n_frequencies=4, width=2)
    x = torch.randn(5, 3)
    moved = x.clone()
    moved[:, 1] += 1
    before, after = layer(x), layer(moved)
    assert before.shape == (2, 5, 9)
    changed = (before != after).any(0).any(0)
    assert changed.tolist() == [
        False,
        True,
        False,
        False,
        False,
        True,
        True,
        False,
        False,
    ]


def net(**parameters):
    torch.manual_seed(0)
    settings = {"attention": "sample", "n_heads": 2, "n_layers": 1, "width": 8,
                "activation": "relu", "dropout": 0.0}  # fmt: skip
    return AttentionNet(
        n_members=2, n_features=3, n_targets=1, **settings | parameters
    ).double()


def test_a_repeated_row_is_a_row_of_weight_two():
    module = net()
    with torch.no_grad():
        module.samples.gate.fill_(0.5)
    from sklmag._nn._losses import WeightedLoss

    x, y = torch.randn(6, 3).double(), torch.randn(6, 1).double()
    weight = torch.tensor([1.0, 2.0, 1.0, 1.0, 3.0, 1.0]).double().expand(2, -1)
    rows = torch.tensor([0, 1, 1, 2, 3, 4, 4, 4, 5])
    once = module.training_losses(x, y, weight, WeightedLoss("mse"))
    repeated = module.training_losses(
        x[rows], y[rows], torch.ones(2, 9).double(), WeightedLoss("mse")
    )
    torch.testing.assert_close(once, repeated)


def test_members_are_independent():
    module = net()
    with torch.no_grad():
        module.samples.gate.fill_(0.5)
    x, y = torch.randn(6, 3).double(), torch.randn(6, 1).double()
    module.remember(x, y, torch.ones(2, 6).double(), limit=6, append=False)
    module.eval()
    before = module(x).detach()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter[1] += 1
    module.train().eval()
    torch.testing.assert_close(module(x)[0], before[0])
    assert (module(x)[1] != before[1]).any()
