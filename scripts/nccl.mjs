/**
 * `npm run build -- --nccl` and `npm run prebuilds -- --nccl` make deeplasia_nccl.so too (native/nccl), against a CUDA
 * build of libtorch. No compiler for GPUs and no GPU is needed, but 2.7 GB are downloaded at first use.
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { SetupError } from "./steps.mjs";

/** Headers that PyTorch's own include and that its wheel does not require: it needs none. */
const HEADERS = ["nvidia-cuda-crt", "nvidia-cuda-cccl"];
const ONE_OF_THEM = "nvidia/cu13/include/crt/host_defines.h";

/** CMake's variables. `version`: of the libtorch that the core is built against. @throws SetupError, or what `libtorch install --cuda` throws. */
export async function ncclSettings(version) {
  const { installWithProgress } = await import("../dist/commands/installWithProgress.js");
  const [plain] = version.split("+");
  const { directory, cuda } = await installWithProgress({ version: plain, cuda: true });
  if (!existsSync(join(dirname(directory), "nvidia/nccl/include/nccl.h")))
    throw new SetupError(
      `${directory} was installed without CUDA's headers: npx deeplasia-native libtorch remove, then again`,
    );
  if (!existsSync(join(dirname(directory), ONE_OF_THEM))) await addHeaders(dirname(directory), cuda);
  return { CUDA_LIBTORCH: directory };
}

async function addHeaders(packages, cuda) {
  const { download, findPip } = await import("../dist/libtorch/pip.js");
  const { unpackWheel } = await import("../dist/libtorch/wheel.js");
  const target = await mkdtemp(join(tmpdir(), "deeplasia-headers-"));
  try {
    const requirements = HEADERS.map((name) => `${name}==${cuda}.*`);
    const result = await download(findPip(), { requirements, target });
    if (!("files" in result))
      throw new SetupError(`${requirements.join(", ")}: pip's index ${result.reason}`);
    for (const file of result.files) await unpackWheel(file, packages);
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}
