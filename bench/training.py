"""The Python side of `node bench/training.mjs`:
`training.py MODEL BACKBONE SIDE BATCH WARM_UP STEPS THREADS eager|tuned`

Trains the reference's network, eager, from the weights of a TorchScript file of ours; needs torch and
efficientnet_pytorch. Tuned: channels-last, fused Adam, and SiLU as PyTorch's operator. Prints one JSON line, as
trainingSteps.mjs does.
"""

import json
import re
import sys
import time

import torch
from network import BoneAgeModel
from torch.nn.functional import binary_cross_entropy_with_logits, mse_loss


def memory(what: str) -> float:
    with open("/proc/self/status") as status:
        return int(re.search(rf"{what}:\s+(\d+)", status.read())[1]) / 1024


def run(file: str, backbone: str, side: int, batch: int, warm_up: int, steps: int, threads: int, tuned: bool) -> dict:
    torch.set_num_threads(threads)
    model = BoneAgeModel(backbone)
    model.load_state_dict(torch.jit.load(file).state_dict())
    layout = torch.channels_last if tuned else torch.contiguous_format
    model = model.to(memory_format=layout)
    if tuned:
        for module in model.modules():
            if hasattr(module, "_swish"):
                module._swish = torch.nn.SiLU()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=5e-6, fused=tuned)
    count = batch * side * side
    # the same pictures and targets as in trainingSteps.mjs
    x = torch.linspace(-1, 1, count).view(batch, 1, side, side).contiguous(memory_format=layout)
    male = torch.arange(batch).remainder(2).float().view(batch, 1)
    age = torch.linspace(-1, 1, batch)

    def losses() -> torch.Tensor:
        age_output, sex_logit = model(x, male)
        sex_loss = binary_cross_entropy_with_logits(sex_logit, male)
        return mse_loss(age_output.view(-1), age) + 0 * sex_loss

    model.eval()
    with torch.no_grad():
        first_loss = losses().item()
    model.train()
    seconds = []
    for _ in range(warm_up + steps):
        start = time.perf_counter()
        optimizer.zero_grad()
        loss = losses()
        loss.backward()
        optimizer.step()
        loss.item()
        seconds.append(time.perf_counter() - start)
    return {
        "firstLoss": first_loss,
        "seconds": seconds[warm_up:],
        "peakMegabytes": memory("VmHWM"),
        "torch": torch.__version__,
    }


model_file, backbone_name, *numbers, kind = sys.argv[1:]
print(json.dumps(run(model_file, backbone_name, *map(int, numbers), kind == "tuned")))
