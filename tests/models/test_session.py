"""Threads, seeds and devices: what is one for the whole process."""

import threading

import pytest
import torch

from sklmag._nn._threads import threads
from sklmag.models._session import chosen_device, seeded


@pytest.fixture(autouse=True)
def four_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    yield
    torch.set_num_threads(before)


def test_the_number_of_threads_comes_back():
    with threads(1):
        assert torch.get_num_threads() == 1
        with threads(2):
            assert torch.get_num_threads() == 2
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 4
    with threads(None):
        assert torch.get_num_threads() == 4


def test_contexts_that_overlap_in_two_threads_leave_what_was_there():
    """The second enters inside the first and leaves after it."""
    first_is_in, second_is_in, first_is_out = (threading.Event() for _ in range(3))
    seen = {}

    def first():
        with threads(1):
            first_is_in.set()
            second_is_in.wait(10)
        seen["first"] = torch.get_num_threads()
        first_is_out.set()

    def second():
        first_is_in.wait(10)
        with threads(1):
            second_is_in.set()
            first_is_out.wait(10)
        seen["second"] = torch.get_num_threads()

    workers = [threading.Thread(target=target) for target in (first, second)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert seen == {"first": 4, "second": 4}
    later = threading.Thread(target=lambda: seen.update(later=torch.get_num_threads()))
    later.start()
    later.join(10)
    assert seen["later"] == 4


def test_an_error_inside_gives_the_threads_back():
    with pytest.raises(ZeroDivisionError), threads(1):
        _ = 1 / 0
    assert torch.get_num_threads() == 4


def test_seeding_leaves_the_global_generator_alone():
    before = torch.get_rng_state()
    with seeded(0, "cpu"):
        first = torch.rand(3)
    with seeded(0, "cpu"):
        assert torch.equal(torch.rand(3), first)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there():
    assert chosen_device("auto") == "cpu"
    with pytest.raises(ValueError, match="device='cuda': torch finds no GPU here"):
        chosen_device("cuda")
