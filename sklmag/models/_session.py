"""What is one for the whole process: torch's device, generator and threads."""

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


class _Threads:
    """The number of torch's threads, of which contexts in several threads may overlap.

    Whoever enters first sees the number that everybody returns to: one that enters
    later finds what the first has set.
    """

    def __init__(self):
        self._lock, self._n_inside, self._before = threading.Lock(), 0, None
        self._own = threading.local()

    @contextlib.contextmanager
    def __call__(self, n_threads):
        """Let torch use so many threads inside; None changes nothing."""
        if n_threads is None:
            yield
            return
        with self._lock:
            if not self._n_inside:
                self._before = torch.get_num_threads()
            self._n_inside += 1
        outer = getattr(self._own, "current", None)
        self._set(n_threads)
        try:
            yield
        finally:
            with self._lock:
                self._n_inside -= 1
                self._set(self._before if outer is None else outer)
            self._own.current = outer

    def _set(self, n_threads):
        self._own.current = n_threads
        torch.set_num_threads(n_threads)


threads = _Threads()
