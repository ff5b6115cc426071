"""What Python makes of archives.  python archives.py REQUEST.json  prints a JSON list, an entry an archive.

An archive is loaded, run, saved again, and then trained for a step.
"""

import json
import sys
from pathlib import Path

import torch
from torch import Tensor

MANIFEST = "deeplasia.json"


def as_lists(outputs: Tensor | tuple[Tensor, ...]) -> list[list[float]]:
    """Each output [B, n] as B * n numbers."""
    return [output.flatten().tolist() for output in (outputs if isinstance(outputs, tuple) else (outputs,))]


def train(module: torch.jit.ScriptModule, x: Tensor, male: Tensor) -> dict:
    """What a step of training sees; the module is changed by it."""
    module.train()
    module.zero_grad()
    first, second = module(x, male), module(x, male)
    sum(output.sum() for output in (second if isinstance(second, tuple) else (second,))).backward()
    counts = {int(tensor) for name, tensor in module.state_dict().items() if name.endswith("num_batches_tracked")}
    return {
        "allTrain": all(part.training for part in module.modules()),
        "dropoutDiffers": as_lists(first)[0] != as_lists(second)[0],
        "batchesCounted": sorted(counts),
        "withoutGradient": [
            name
            for name, parameter in module.named_parameters()
            if parameter.requires_grad and parameter.numel() > 0 and parameter.grad is None
        ],
    }


def examine(archive: str, resaved: str, inputs: str, shape: list[int], males: list[int]) -> dict:
    x = torch.frombuffer(bytearray(Path(inputs).read_bytes()), dtype=torch.float32).view(shape)
    male = torch.tensor(males, dtype=torch.float32).view(-1, 1)
    extra = {MANIFEST: ""}
    module = torch.jit.load(archive, _extra_files=extra)
    module.eval()
    with torch.no_grad():
        plain, rich = as_lists(module(x, male)), as_lists(module.forward_features(x, male))
    torch.jit.save(module, resaved, _extra_files=extra)
    trained = train(module, x, male)
    module.eval()
    with torch.no_grad():
        after = as_lists(module(x, male)), as_lists(module(x, male))
    return {
        "torch": torch.__version__,
        "names": list(module.state_dict()),
        "outputs": plain,
        "outputsWithFeatures": rich,
        "manifest": json.loads(extra[MANIFEST]),
        "training": trained,
        "evalAgain": {"noneTrains": not any(part.training for part in module.modules()), "repeats": after[0] == after[1]},
    }


print(json.dumps([examine(**item) for item in json.loads(Path(sys.argv[1]).read_text())]))
