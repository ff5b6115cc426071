/** What the service does beside HTTP: it watches a folder. */
import type { Logger } from "pino";
import { Watch } from "../pacs/watch.js";
import type { Context } from "./context.js";
import { dicomFields } from "./fields.js";
import { predictDicom } from "./predictDicom.js";
import { problemOf } from "./problem.js";

const FIELDS = dicomFields.parse({});
/** Whoever brought a file is not waiting for it. */
const NEVER = new AbortController().signal;

/** Null where nothing of it was asked for. `close` waits for what is in work. */
export async function startPacs(context: Context, log: Logger): Promise<{ close(): Promise<void> } | null> {
  const { watch, watchSettleMs, removeDone, maxBytes, batchSize } = context.options;
  if (watch === undefined) return null;
  return Watch.start(
    { watch, watchSettleMs, removeDone, maxBytes, atOnce: batchSize },
    { predict: (bytes) => predictDicom(context, bytes, FIELDS, NEVER), problemOf },
    log,
  );
}
