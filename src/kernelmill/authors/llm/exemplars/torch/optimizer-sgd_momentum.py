import torch


# The in-outs come as arguments and are returned, in declared order.
def km_sgd_momentum(grad, param, momentum, lr=1e-2, mu=0.9):
    momentum = torch.add(grad, momentum, alpha=mu)
    return torch.add(param, momentum, alpha=-lr), momentum
