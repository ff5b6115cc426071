"""The Python side of `node bench/checkpoint.mjs`; needs torch and efficientnet_pytorch.

    checkpoint.py make FILE BACKBONE   a Lightning checkpoint of the reference's current network, random weights
    checkpoint.py eager FILE SIDE      import torch, build the network, load the checkpoint, one forward
    checkpoint.py jit FILE SIDE        import torch, torch.jit.load of an archive, one forward
    checkpoint.py nothing - -          import torch
    checkpoint.py resnet50 FILE SIDE   a ResNet-50 of torchvision's layout with one output, traced

The last three print one JSON line: the age that came out, peak memory and the version of torch.
"""

import json
import re
import sys
from collections import OrderedDict

import torch
from network import BoneAgeModel
from torch import nn


def make(file: str, backbone: str) -> None:
    torch.manual_seed(0)
    model = BoneAgeModel(backbone)
    for name, tensor in model.state_dict().items():
        if tensor.dim() > 1:
            nn.init.kaiming_uniform_(tensor)
        elif name.endswith("running_var"):
            tensor.uniform_(0.75, 1.25)
    hyper_parameters = {
        "backbone": backbone,
        "pretrained": False,
        "dense_layers": [256],
        "sex_dcs": 32,
        "explicit_sex_classifier": None,
        "correct_predicted_sex": True,
        "age_sigma": 1,
        "sex_sigma": 0,
        "learnable_sigma": False,
        "dropout_p": 0.2,
        "masked_input": True,
        "input_size": [1, 512, 512],
        "img_norm_method": "zscore",
    }
    checkpoint = {
        "epoch": 0,
        "global_step": 1,
        "pytorch-lightning_version": "1.6.4",
        "state_dict": OrderedDict(model.state_dict()),
        "hparams_name": "kwargs",
        "hyper_parameters": hyper_parameters,
        "age_std": 41.25,
        "age_mean": 127.5,
        "bias": 0,
        "slope": 0,
    }
    torch.save(checkpoint, file)


def eager(file: str) -> nn.Module:
    checkpoint = torch.load(file, map_location="cpu", weights_only=False)
    model = BoneAgeModel(checkpoint["hyper_parameters"]["backbone"])
    model.load_state_dict(checkpoint["state_dict"])
    return model


class Bottleneck(nn.Module):
    """A residual block of ResNet-50."""

    def __init__(self, channels: int, width: int, stride: int):
        super().__init__()
        norm, out = nn.BatchNorm2d, 4 * width
        self.branch = nn.Sequential(
            *(nn.Conv2d(channels, width, 1, bias=False), norm(width), nn.ReLU(inplace=True)),
            *(nn.Conv2d(width, width, 3, stride, 1, bias=False), norm(width), nn.ReLU(inplace=True)),
            *(nn.Conv2d(width, out, 1, bias=False), norm(out)),
        )
        is_same = stride == 1 and channels == out
        self.shortcut = nn.Identity() if is_same else nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), norm(out))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.branch(x) + self.shortcut(x))


def resnet50(file: str, side: str) -> None:
    torch.manual_seed(0)
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
    channels = 64
    for stage, blocks in enumerate([3, 4, 6, 3]):
        for block in range(blocks):
            layers.append(Bottleneck(channels, 64 << stage, 2 if stage > 0 and block == 0 else 1))
            channels = 256 << stage
    model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1)).eval()
    torch.jit.trace(model, torch.zeros(1, 3, int(side), int(side))).save(file)


def measure(task: str, file: str, side: str) -> None:
    age = None
    if task != "nothing":
        model = eager(file) if task == "eager" else torch.jit.load(file, map_location="cpu")
        model.eval()
        with torch.no_grad():
            # the same picture as in forward.mjs
            x = torch.linspace(-1, 1, int(side) ** 2).view(1, 1, int(side), int(side))
            age = model(x, torch.ones(1, 1))[0].item()
    with open("/proc/self/status") as status:
        kilobytes = int(re.search(r"VmHWM:\s+(\d+)", status.read())[1])
    print(json.dumps({"age": age, "peakMegabytes": kilobytes / 1024, "torch": torch.__version__}))


if sys.argv[1] == "make":
    make(*sys.argv[2:])
elif sys.argv[1] == "resnet50":
    resnet50(*sys.argv[2:])
else:
    measure(*sys.argv[1:])
