// A Python with the peers of the benchmarks, in a virtual environment of its own in the package's cache: made when it is
// first asked for (about 2 GB and some minutes). DEEPLASIA_BENCH_PYTHON: another Python that has them.
import { execFileSync } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "../dist/libtorch/buildCache.js";
import { CPU_INDEX } from "../dist/libtorch/download.js";

const PEERS = [
  ...["efficientnet_pytorch", "onnx", "onnxruntime", "openvino"],
  ...["numpy", "opencv-python-headless", "albumentations", "pandas"],
];

/** The path of the Python, after it has been installed where it is missing. */
export function pythonWithPeers() {
  const given = process.env.DEEPLASIA_BENCH_PYTHON;
  if (given) return given;
  const folder = join(cacheDirectory(), "bench-python");
  const python = join(folder, "bin/python");
  if (existsSync(python)) return python;
  const started = `${folder}.part`;
  rmSync(started, { recursive: true, force: true });
  console.error(`bench: installing PyTorch, ONNX Runtime, OpenVINO and OpenCV into ${folder}`);
  const run = (program, ...args) => execFileSync(program, args, { stdio: ["ignore", "ignore", "inherit"] });
  run("python3", "-m", "venv", started);
  // through `python -m pip`, since scripts of a virtual environment hold the path where it was made
  const pip = (...args) => run(join(started, "bin/python"), "-m", "pip", "install", "--quiet", ...args);
  try {
    pip("torch", "--index-url", CPU_INDEX);
  } catch {
    pip("torch"); // with CUDA: three times as large, and the same on the CPU
  }
  pip("setuptools", "wheel"); // efficientnet_pytorch is built, without a download of its own
  pip("--no-build-isolation", ...PEERS);
  renameSync(started, folder);
  return python;
}
