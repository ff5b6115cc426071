import { metaOf } from "../options/meta.js";
import { CLASS_SECTIONS, TRAIN_SETTINGS, type TrainConfig } from "../options/train/index.js";
import { valueAt } from "../options/train/valueAt.js";
import { unwrap } from "../schema/unwrap.js";

const MUST_STAY = [
  ...[...TRAIN_SETTINGS].filter(([, schema]) => metaOf(schema).mayChange !== true).map(([path]) => path),
  ...Object.keys(CLASS_SECTIONS).map((section) => `${section}.class_path`),
];

const BATCH_SIZE = "data.train_batch_size";

/** A configuration, and the number of processes that train with it. */
export interface GroupConfig {
  config: TrainConfig;
  ranks?: number;
}

/** Rows in the batch of all processes together. */
const batchRows = ({ config, ranks = 1 }: GroupConfig) => config.data.train_batch_size * ranks;

/** The default of a setting that the states of earlier versions do not have yet: they were made as if it had been given. */
function newDefault(path: string): unknown {
  return path.startsWith("model.") ? unwrap(TRAIN_SETTINGS.get(path)!).defaultValue : undefined;
}

/**
 * The settings that a resumed run must not change, but did: `optimizer.init_args.lr (was 0.001, now 0.01)`. A setting may
 * change only where its declaration has `mayChange`.
 */
export function changedSettings(before: GroupConfig, now: GroupConfig): string[] {
  // With another number of processes, the batch of all or the batch of each may keep its size.
  const isSameBatch = batchRows(before) === batchRows(now);
  return MUST_STAY.flatMap((path) => {
    if (path === BATCH_SIZE && isSameBatch) return [];
    const was = valueAt(before.config, path);
    const values = [was === undefined ? newDefault(path) : was, valueAt(now.config, path)];
    const [a, b] = values.map((value) => JSON.stringify(value));
    return a === b ? [] : [`${path} (was ${a ?? "not there"}, now ${b ?? "not there"})`];
  });
}
