/** What the service does beside HTTP: it watches a folder, and receives DICOM files. */
import type { Logger } from "pino";
import { DeeplasiaError } from "../errors.js";
import { startReceiver } from "../pacs/receiver.js";
import { Watch } from "../pacs/watch.js";
import type { Context } from "./context.js";
import { dicomFields } from "./fields.js";
import { predictDicom } from "./predictDicom.js";
import { problemOf } from "./problem.js";

const FIELDS = dicomFields.parse({});
/** Whoever brought a file is not waiting for it. */
const NEVER = new AbortController().signal;

/** What runs beside HTTP; `close` takes nothing more and waits for what is in work. */
export interface Pacs {
  close(): Promise<void>;
}

/**
 * Null where nothing of it was asked for.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION for folders and ports that cannot be used; _OUTPUT where another service uses
 *   the folders.
 */
export async function startPacs(context: Context, log: Logger): Promise<Pacs | null> {
  const { watch, watchSettleMs, removeDone, maxBytes, batchSize } = context.options;
  const { dicomPort: port, dicomHost: host, aet } = context.options;
  if (watch === undefined) {
    if (port !== undefined) throw withoutFolders();
    return null;
  }
  const watching = await Watch.start(
    { watch, watchSettleMs, removeDone, maxBytes, atOnce: batchSize },
    { predict: (bytes) => predictDicom(context, bytes, FIELDS, NEVER), problemOf },
    log,
  );
  if (port === undefined) return watching;
  try {
    const store = (name: string, bytes: Uint8Array) => watching.receive(name, bytes);
    const receiver = await startReceiver({ host, port, aet, maxBytes }, store, log);
    return {
      close: async () => {
        await receiver.close();
        await watching.close();
      },
    };
  } catch (error) {
    await watching.close();
    throw error;
  }
}

const withoutFolders = () =>
  new DeeplasiaError("ERR_DEEPLASIA_OPTION", "with `dicomPort` there is no folder for what is received", {
    remedy: "Give `watch` as well: two folders, IN and OUT.",
  });
