"""What is one for the whole process: torch's device and generator."""

import contextlib
import threading

import torch

_GENERATOR = threading.RLock()  # torch's global generator is one for all threads


def chosen_device(device):
    """Return the device that "auto" stands for; raise for a GPU that is not there."""
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise ValueError(
            f"device={device!r}: torch finds no GPU here. Take 'cpu' or 'auto'."
        )
    return device


def device_here(device):
    """Return a device for what was fitted elsewhere: without a GPU, the processor."""
    return chosen_device(device) if torch.cuda.is_available() else "cpu"


@contextlib.contextmanager
def seeded(seed, device):
    """Seed torch inside, and leave its global generator as it was.

    The generator is one for the process, so threads take turns.
    """
    on_gpu = chosen_device(device).startswith("cuda")
    devices = list(range(torch.cuda.device_count())) if on_gpu else []
    with _GENERATOR, torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        yield
