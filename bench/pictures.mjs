// node bench/pictures.mjs [--rounds 5] [--folder FOLDER]: milliseconds a picture of the steps from a file to a network's input, of
// the plain PNGs of a folder with images/ and masks/ in parts (default: rsna of DEEPLASIA_TEST_DATA): decoding by native code
// and by sharp, the same from the file on, and the image chain after it, to 512 x 512, crop 1.15. Decoders in turns, medians.
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { decodePicture } from "../dist/image/decodePicture.js";
import { imagePlan } from "../dist/image/imagePlan.js";
import { openPicture } from "../dist/image/openPicture.js";
import { decodePlainPng } from "../dist/image/plainPng.js";
import { lentOnce } from "../dist/image/readPicture.js";
import { native } from "../dist/native.js";
import { root } from "../scripts/steps.mjs";

const data = resolve(root, process.env.DEEPLASIA_TEST_DATA ?? "../shared");
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    folder: { type: "string", default: join(data, "radiographs") },
    part: { type: "string", default: "rsna" },
  },
});
const side = 512;
const plan = imagePlan(
  {
    ...{ inputSize: [1, side, side], fit: "centre-square", resize: "linear", normalise: "zscore" },
    ...{ maskCropSize: 1.15, subtractBackground: true },
  },
  { flip: false, rotationAngle: 0 },
);

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const fileOf = (kind, name) => join(values.folder, kind, values.part, name);

/** A reader of files, with or without native code for plain PNGs. */
const reader = (plainPng) => async (source, role) =>
  lentOnce(await decodePicture(source, { role, plainPng }));
const READERS = { native: reader(decodePlainPng), sharp: reader(undefined) };

async function decoded(bytes, role, plainPng) {
  const start = performance.now();
  const { data } = await decodePicture(bytes, { role, plainPng });
  const ms = performance.now() - start;
  native().release(data);
  return ms;
}

/** Milliseconds of each step, of one picture. */
async function measure(name, batch) {
  const image = readFileSync(fileOf("images", name));
  const mask = readFileSync(fileOf("masks", name));
  const times = {};
  for (const [way, plainPng] of Object.entries({ sharp: undefined, native: decodePlainPng })) {
    times[`decode, picture, ${way}`] = await decoded(image, "image", plainPng);
    times[`decode, mask, ${way}`] = await decoded(mask, "mask", plainPng);
    const start = performance.now();
    const open = await openPicture(
      { image: fileOf("images", name), mask: fileOf("masks", name) },
      READERS[way],
    );
    const opened = performance.now();
    await open.fill({ batch, plan }, 0);
    times[`file to grey input, ${way}`] = performance.now() - start;
    times[`after decoding, ${way}`] = performance.now() - opened;
    open.close();
  }
  return times;
}

/** Pictures with masks a second, eight in flight. */
async function rate(names, way, batch) {
  const files = [...names, ...names, ...names];
  const start = performance.now();
  const worker = async (slot) => {
    for (let name = files.pop(); name !== undefined; name = files.pop()) {
      const open = await openPicture(
        { image: fileOf("images", name), mask: fileOf("masks", name) },
        READERS[way],
      );
      await open.fill({ batch, plan }, slot);
      open.close();
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, slot) => worker(slot)));
  return (3 * names.length * 1000) / (performance.now() - start);
}

native().setWorkers(availableParallelism());
const names = [];
for (const name of readdirSync(join(values.folder, "images", values.part)))
  if (await decodePlainPng(readFileSync(fileOf("images", name)), 2 ** 28)) names.push(name);
const batch = native().createBatch(8, side, side);
await measure(names[0], batch);
const all = {};
const rates = { sharp: [], native: [] };
for (let round = 0; round < Number(values.rounds); round++) {
  for (const name of names)
    for (const [step, ms] of Object.entries(await measure(name, batch)))
      all[step] = [...(all[step] ?? []), ms];
  for (const way of ["sharp", "native"]) rates[way].push(await rate(names, way, batch));
}
console.log(`machine: ${cpus()[0]?.model}, ${availableParallelism()} threads; Node ${process.version}`);
console.log(`${names.length} pictures, ${values.rounds} rounds, medians`);
for (const step of ["decode, picture", "decode, mask", "file to grey input", "after decoding"]) {
  const [ours, sharps] = ["native", "sharp"].map((way) => median(all[`${step}, ${way}`]));
  console.log(
    `${step}: ${ours.toFixed(2)} ms, with sharp ${sharps.toFixed(2)} ms: ${(sharps / ours).toFixed(2)}`,
  );
}
const [ours, sharps] = [median(rates.native), median(rates.sharp)];
console.log(
  `eight in flight: ${ours.toFixed(0)} pictures with masks a second, with sharp ${sharps.toFixed(0)}: ${(ours / sharps).toFixed(2)}`,
);
await native().dispose(batch);
