import torch


def km_softmax(x):
    y = torch.sub(x, x.amax(-1, keepdim=True)).exp_()
    return y.div_(y.sum(-1, keepdim=True))
