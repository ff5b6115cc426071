/**
 * A run in TensorBoard's HPARAMS tab: records of the plug-in `hparams`, whose `api.proto` and `plugin_data.proto` have the
 * field numbers.
 */
import { bytes, double, integer, message, pluginRecord, text } from "./eventRecord.js";

export type HyperParameters = Readonly<Record<string, number | string | boolean>>;

const PLUGIN = "hparams";
/** The kinds of data that the plug-in knows. */
const KINDS = { string: 1, boolean: 2, number: 3 } as const;
const SUCCESS = 1;

const record = (tag: string, field: number, content: Uint8Array, seconds: number) =>
  pluginRecord(`_hparams_/${tag}`, PLUGIN, bytes(field, content), seconds);

/** Returns the first record of a run: the columns, and its values. `metrics` are the tags of further scalars. */
export function sessionStart(
  parameters: HyperParameters,
  metrics: readonly string[],
  seconds: number,
): Uint8Array {
  const columns = Object.entries(parameters).map(([name, value]) =>
    bytes(4, message(text(1, name), integer(4, KINDS[typeof value as keyof typeof KINDS]))),
  );
  const results = metrics.map((tag) => bytes(5, bytes(1, text(2, tag))));
  const values = Object.entries(parameters).map(([name, value]) =>
    bytes(1, message(text(1, name), bytes(2, protobufValue(value)))),
  );
  return Buffer.concat([
    record("experiment", 2, message(double(3, seconds), ...columns, ...results), seconds),
    record("session_start_info", 3, message(...values, double(5, seconds)), seconds),
  ]);
}

/** Returns the last record of a successful run. A run without it is shown as running. */
export function sessionEnd(seconds: number): Uint8Array {
  return record("session_end_info", 4, message(integer(1, SUCCESS), double(2, seconds)), seconds);
}

/** Returns a `google.protobuf.Value`. */
function protobufValue(value: number | string | boolean): Uint8Array {
  if (typeof value === "number") return double(2, value);
  return typeof value === "string" ? text(3, value) : integer(4, Number(value));
}
