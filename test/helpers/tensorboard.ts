/** TensorBoard's own reader: installed by pip below the package's cache when a test first asks for it, and kept. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe } from "vitest";
import { cacheDirectory } from "../../src/libtorch/buildCache.js";

const VERSION = "2.21.0";
const folder = join(cacheDirectory(), "python", `tensorboard-${VERSION}`);
const env = { ...process.env, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1" };

function python(...args: string[]): string {
  return execFileSync("python3", ["-s", ...args], {
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Why there is no TensorBoard; null where there is. */
function install(): string | null {
  // Below a name of its own until it is complete: another test may want the same.
  const partial = `${folder}.partial-${process.pid}`;
  try {
    if (!existsSync(folder)) {
      mkdirSync(dirname(folder), { recursive: true });
      python("-m", "pip", "install", "-q", "--no-compile", "--target", partial, `tensorboard==${VERSION}`);
      if (!existsSync(folder)) renameSync(partial, folder);
    }
    python("-c", "import tensorboard");
    return null;
  } catch (error) {
    const { stderr = "" } = error as { stderr?: string };
    return `no Python with tensorboard ${VERSION}: ${stderr.trim().split("\n").at(-1) || (error as Error).message}`;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** `describe` for tests that need TensorBoard; skipped, saying why, where it cannot be had. */
export function describeWithTensorBoard(name: string, body: () => void): void {
  const missing = install();
  if (missing === null) describe(name, body);
  else describe.skip(`${name} (${missing})`, body);
}

const HPARAMS_PROGRAM = `
import json, sys
from google.protobuf.json_format import MessageToDict
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata
events = EventAccumulator(sys.argv[1])
events.Reload()
records = events.PluginTagToContent(metadata.PLUGIN_NAME)
experiment = metadata.parse_experiment_plugin_data(records[metadata.EXPERIMENT_TAG])
start = metadata.parse_session_start_info_plugin_data(records[metadata.SESSION_START_INFO_TAG])
end = records.get(metadata.SESSION_END_INFO_TAG)
end = None if end is None else MessageToDict(metadata.parse_session_end_info_plugin_data(end))
print(json.dumps({"experiment": MessageToDict(experiment), "start": MessageToDict(start), "end": end}))
`;

export interface HyperParameterRecords {
  experiment: {
    hparamInfos: { name: string; type: string }[];
    metricInfos: { name: { tag: string } }[];
  };
  start: { hparams: Record<string, unknown>; startTimeSecs: number };
  /** Null where a run has not ended. */
  end: { status: string; endTimeSecs: number } | null;
}

/** What TensorBoard's plug-in of the HPARAMS tab reads in a folder. */
export function readHyperParameters(folder: string): HyperParameterRecords {
  return JSON.parse(python("-c", HPARAMS_PROGRAM, folder)) as HyperParameterRecords;
}

const PROGRAM = `
import json, math, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
events.Reload()
number = lambda value: value if math.isfinite(value) else str(value)
points = lambda tag: [[event.step, number(event.value), event.wall_time] for event in events.Scalars(tag)]
print(json.dumps({tag: points(tag) for tag in events.Tags()["scalars"]}))
`;

type Point = [step: number, value: number | string, seconds: number];

/** Tag -> its events, as TensorBoard reads the event files of a folder. */
export function readScalars(folder: string): Record<string, Point[]> {
  return JSON.parse(python("-c", PROGRAM, folder)) as Record<string, Point[]>;
}
