"""One engine of `node bench/engines.mjs`: a network in it, one forward for each line of its input.

`engines.py ENGINE BACKBONE BATCH THREADS SIDE CHECKPOINT`; prints the output once, then milliseconds a forward.
"""

import io
import json
import os
import sys
import time
import warnings

warnings.filterwarnings("ignore")
engine, backbone, batch, threads, side, checkpoint = sys.argv[1:]
os.environ["OMP_NUM_THREADS"] = threads

import numpy as np  # noqa: E402
import torch  # noqa: E402
from network import BoneAgeModel  # noqa: E402

torch.set_num_threads(int(threads))
if checkpoint.endswith(".ckpt"):
    model = BoneAgeModel(backbone).eval()
    model.load_state_dict({k.removeprefix("model."): v for k, v in torch.load(checkpoint, weights_only=False)["state_dict"].items()})
    model.backbone.base.set_swish(memory_efficient=False)  # only this one can be exported
else:
    model = torch.jit.load(checkpoint).eval()
is_foreign = backbone == "resnet50"
shape = (int(batch), 3 if is_foreign else 1, int(side), int(side))
size = int(np.prod(shape))
x = (-1 + 2 * torch.arange(size, dtype=torch.float64) / (size - 1)).float().reshape(shape)
inputs = (x,) if is_foreign else (x, torch.ones(int(batch), 1))
names = ["x", "male"][: len(inputs)]


def age_of(output) -> np.ndarray:
    return (output if is_foreign else output[0]).float().numpy()


def exported() -> bytes:
    buffer = io.BytesIO()
    outputs = ["age", "sex"][: len(inputs)]
    torch.onnx.export(model, inputs, buffer, input_names=names, output_names=outputs, dynamo=False)
    return buffer.getvalue()


def onnxruntime():
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = int(threads)
    session = ort.InferenceSession(exported(), options, providers=["CPUExecutionProvider"])
    feed = {name: value.numpy() for name, value in zip(names, inputs)}
    return lambda: session.run(["age"], feed)[0]


def openvino():
    import openvino as ov

    core = ov.Core()
    precision = "bf16" if engine.endswith("bf16") else "f32"
    settings = {"INFERENCE_NUM_THREADS": int(threads), "INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY"}
    compiled = core.compile_model(core.read_model(exported()), "CPU", settings)
    feed = {name: value.numpy() for name, value in zip(names, inputs)}
    return lambda: compiled(feed)["age"]


def eager():
    precision = torch.bfloat16 if engine.endswith("bf16") else None
    network = model.to(memory_format=torch.channels_last)
    own = (x.to(memory_format=torch.channels_last), *inputs[1:])
    if engine.startswith("compile"):
        network = torch.compile(network)

    def run():
        with torch.inference_mode(), torch.autocast("cpu", precision or torch.bfloat16, enabled=precision is not None):
            return age_of(network(*own))

    return run


def reference():
    def run():
        with torch.no_grad():
            return age_of(model(*inputs))

    return run


run = {"onnxruntime": onnxruntime, "openvino": openvino, "eager": eager, "compile": eager, "reference": reference}[engine.split("-")[0]]()
print(json.dumps({"age": run().flatten().tolist()}), flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    run()
    print(json.dumps({"ms": (time.perf_counter() - start) * 1e3}), flush=True)
