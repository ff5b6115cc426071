/** A process that watches a folder with a predictor that takes some ms: `node fakeWatch.mjs IN OUT`, until it is killed. */
import { setTimeout } from "node:timers/promises";
import { pino } from "pino";
import { Watch } from "../../dist/pacs/watch.js";

const [, , input, output] = process.argv;

async function predict(bytes) {
  await setTimeout(20 * Math.random());
  const instanceUid = Buffer.from(bytes).toString("latin1").split("uid=")[1];
  return {
    answer: { random: Math.random() },
    objects: async () => ({ instanceUid, report: Buffer.alloc(50_000), capture: Buffer.alloc(50_000) }),
  };
}

await Watch.start(
  {
    ...{ watch: [input, output], watchSettleMs: 20, pollMs: 10, atOnce: 4 },
    ...{ removeDone: false, maxBytes: 1e6 },
  },
  {
    predict,
    problemOf: (error) => ({ status: 500, code: "ERROR", message: String(error), remedy: undefined }),
  },
  pino({ level: "silent" }),
);
