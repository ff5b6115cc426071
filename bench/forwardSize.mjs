/**
 * Pictures a forward: time and peak memory of a network on the radiographs of the test data, by how many pictures it is
 * given at once. `forwardSize.mjs MODEL [MANIFEST]`; each measurement is a process of its own, interleaved.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const SIZES = [1, 2, 3, 4, 8, 16];
const REPETITIONS = 3;
const PICTURES = 48;

const [model, manifest = "", size] = process.argv.slice(2);
const data = resolve(process.env.DEEPLASIA_TEST_DATA ?? "../shared", "radiographs");
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

/** All pictures are in native memory before the clock runs. */
async function measure(most) {
  const { loadModel } = await import("../dist/index.js");
  const { native } = await import("../dist/native.js");
  const { fillSlots } = await import("../dist/image/fillSlots.js");
  const { imagePlan } = await import("../dist/image/imagePlan.js");
  const { Forward } = await import("../dist/inference/forward.js");
  const bone = await loadModel(model, { device: "cpu", ...(manifest === "" ? {} : { manifest }) });
  const plan = imagePlan(bone.contract, { flip: false, rotationAngle: 0 });
  const batch = native().createBatch(PICTURES, plan.height, plan.width);
  const rows = readFileSync(join(data, "annotations.csv"), "utf8")
    .trim()
    .split("\n")
    .slice(1, PICTURES + 1);
  const inputs = [];
  for (const [slot, row] of rows.entries()) {
    const [name, folder, , sex] = row.split(",");
    const [image, mask] = ["images", "masks"].map((kind) => join(data, kind, folder, name));
    await fillSlots([{ plan, batch }], slot, { image, mask });
    inputs.push({ slot, male: sex === "M" ? 1 : 0 });
  }
  const forward = new Forward(bone, most);
  await forward.run(batch, inputs.slice(0, most)); // warm
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  for (let i = 0; i < PICTURES; i += most) await forward.run(batch, inputs.slice(i, i + most));
  const { user, system } = process.cpuUsage(cpu);
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
  return {
    wall: (performance.now() - start) / PICTURES,
    cpu: (user + system) / 1000 / PICTURES,
    peak,
    need: bone.bytesPerPicture / 1e6,
  };
}

if (size !== undefined) {
  console.log(JSON.stringify(await measure(Number(size))));
} else {
  const script = fileURLToPath(import.meta.url);
  const run = (most) => JSON.parse(execFileSync(process.execPath, [script, model, manifest, String(most)]));
  const results = SIZES.map(() => []);
  for (let i = 0; i < REPETITIONS; i++) for (const [at, most] of SIZES.entries()) results[at].push(run(most));
  for (const [at, most] of SIZES.entries()) {
    const of = (name) => median(results[at].map((result) => result[name]));
    console.log(
      `${most} at once: ${of("wall").toFixed(1)} ms a picture, ${of("cpu").toFixed(1)} ms of processor time, ` +
        `peak ${of("peak").toFixed(0)} MB, measured need ${of("need").toFixed(1)} MB a picture`,
    );
  }
}
