// taskset -c 0 node bench/drawing.mjs [--pictures 40]: million pixels of phantoms a second, drawn one after the other by
// native code; medians of three rounds over all sizes.
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { native } from "../dist/native.js";

const { values } = parseArgs({ options: { pictures: { type: "string", default: "40" } } });
const SIZES = [700, 1000, 1400];
const recipe = { seed: 9, maleShare: 0.5, minAgeMonths: 4, maxAgeMonths: 222, depth: "8" };

async function draw(size) {
  const start = performance.now();
  let pixels = 0;
  for (let index = 0; index < Number(values.pictures); index++) {
    const { width, height, image, mask } = await native().drawPhantom({
      ...recipe,
      hard: false,
      sizes: [size],
      index,
    });
    pixels += width * height;
    for (const data of [image, mask]) native().release(data);
  }
  return pixels / 1000 / (performance.now() - start);
}

const rates = SIZES.map(() => []);
for (let round = 0; round < 3; round++)
  for (const [i, size] of SIZES.entries()) rates[i].push(await draw(size));
console.log(`machine: ${cpus()[0]?.model}, ${availableParallelism()} threads; Node ${process.version}`);
for (const [i, size] of SIZES.entries())
  console.log(`${size} pixels: ${rates[i].sort((a, b) => a - b)[1].toFixed(1)} million pixels a second`);
