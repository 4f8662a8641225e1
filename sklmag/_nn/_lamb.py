"""LAMB inside Lookahead, with norms taken per member."""

import torch


class LookaheadLamb(torch.optim.Optimizer):
    """LAMB [1]_, whose weights follow every `n_ahead` steps by half (Lookahead [2]_).

    Parameters
    ----------
    params : iterable of Tensor
        Parameters; every tensor leads with the members.
    lr : float, default=0.001
        Learning rate.
    weight_decay : float, default=0.0
        Decay of the weights inside the step.
    n_ahead : int, default=6
        Fast steps between two slow ones.
    share : float, default=0.5
        How far a slow step follows the fast ones.

    Notes
    -----
    As published for these networks: no bias correction, and norms of weights are
    bounded by 10.

    References
    ----------
    .. [1] Y. You et al., "Large batch optimization for deep learning", ICLR 2020,
       arXiv:1904.00962.
    .. [2] M. Zhang, J. Lucas, G. Hinton, J. Ba, "Lookahead optimizer: k steps forward,
       1 step back", NeurIPS 2019, arXiv:1907.08610.
    """

    def __init__(self, params, lr=0.001, *, weight_decay=0.0, n_ahead=6, share=0.5):
        defaults = {
            "lr": lr,
            "weight_decay": weight_decay,
            "n_ahead": n_ahead,
            "share": share,
            "n_steps": 0,
        }
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure=None):
        """Take one step; `closure`, where given, computes the loss first."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            parameters = [p for p in group["params"] if p.grad is not None]
            self._fast_step(parameters, group)
            group["n_steps"] += 1
            if group["n_steps"] % group["n_ahead"] == 0:
                self._slow_step(parameters, group)
        return loss

    def _fast_step(self, parameters, group):
        states = [self._state(p) for p in parameters]
        first = [state["first"] for state in states]
        second = [state["second"] for state in states]
        gradients = [p.grad for p in parameters]
        torch._foreach_lerp_(first, gradients, 0.1)
        torch._foreach_mul_(second, 0.999)
        torch._foreach_addcmul_(second, gradients, gradients, value=0.001)
        roots = torch._foreach_sqrt(second)
        torch._foreach_add_(roots, 1e-6)
        steps = torch._foreach_div(first, roots)
        if group["weight_decay"]:
            torch._foreach_add_(steps, parameters, alpha=group["weight_decay"])
        for parameter, step in zip(parameters, steps, strict=True):
            trust = _norms(parameter).clamp(max=10.0) / _norms(step)
            trust = torch.where((trust > 0) & trust.isfinite(), trust, 1.0)
            step.mul_(trust)
        torch._foreach_add_(parameters, steps, alpha=-group["lr"])

    def _slow_step(self, parameters, group):
        slow = [self.state[p]["slow"] for p in parameters]
        torch._foreach_lerp_(slow, parameters, group["share"])
        torch._foreach_copy_(parameters, slow)

    def _state(self, parameter):
        state = self.state[parameter]
        if not state:
            state["first"] = torch.zeros_like(parameter)
            state["second"] = torch.zeros_like(parameter)
            state["slow"] = parameter.detach().clone()
        return state


def _norms(tensor):
    """Return the norm of each member's part, in a shape that multiplies it."""
    norms = tensor.flatten(1).norm(dim=1) if tensor.dim() > 1 else tensor.abs()
    return norms.view(-1, *[1] * (tensor.dim() - 1))
