from types import SimpleNamespace

import torch

from sklmag.models._averages import CycleAverage, RunningAverage


def net(values):
    """A net of as many members as values, each with one weight."""
    weight = torch.nn.Parameter(torch.tensor(values)[:, None])
    module = SimpleNamespace(parameters=lambda: [weight])
    return SimpleNamespace(
        module_=module, n_members=len(values), device="cpu",
        members_state=lambda: {"weight": weight.detach()}, weight=weight,
    )  # fmt: skip


def set_weights(net, values):
    with torch.no_grad():
        net.weight.copy_(torch.tensor(values)[:, None])


def test_running_average_covers_the_last_part():
    model = net([0.0])
    keep = RunningAverage(model, n_steps=10, share=0.4)
    for step in range(10):
        set_weights(model, [float(step)])
        keep.step()
    keep.restore()
    assert model.weight.item() == (6 + 7 + 8 + 9) / 4


def test_cycle_average_takes_new_minima_of_each_member():
    model = net([0.0, 0.0])
    keep = CycleAverage(model, patience=2)
    stops = []
    for weight, losses in [(1.0, (5.0, 5.0)), (2.0, (6.0, 4.95)), (3.0, (4.95, 9.0)),
                           (4.0, (7.0, 8.0)), (5.0, (7.0, 1.0))]:  # fmt: skip
        set_weights(model, [weight, weight])
        stops.append(keep.update(torch.tensor(losses), epoch=0))
    keep.restore()
    assert model.weight.flatten().tolist() == [(1 + 3) / 2, (1 + 2) / 2]
    assert stops == [False, False, False, True, True]


def test_cycle_average_starts_anew_after_a_leap():
    model = net([0.0, 0.0])
    keep = CycleAverage(model)
    for weight, losses in [(1.0, (5.0, 5.0)), (2.0, (4.95, 4.5)), (3.0, (4.9, 4.45))]:
        set_weights(model, [weight, weight])
        keep.update(torch.tensor(losses), epoch=0)
    keep.restore()
    # gains of 1 % each, and one of 10 % that leaves the first behind
    assert model.weight.flatten().tolist() == [(1 + 2 + 3) / 3, (2 + 3) / 2]
    assert keep.n_averaged.tolist() == [3, 2]
