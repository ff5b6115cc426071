/** Settings whose default is a place in the reference's folders: the command uses it, the library does not. */
import { DeeplasiaError } from "../../errors.js";
import type { Layer } from "../../options/layer.js";
import { metaOf } from "../../options/meta.js";
import { TRAIN_SETTINGS, type TrainConfig } from "../../options/train/index.js";
import { valueAt } from "../../options/train/valueAt.js";
import { unwrap } from "../../schema/unwrap.js";

type ReadConfig = { config: TrainConfig; origins: ReadonlyMap<string, string> };

const SETTINGS = [...TRAIN_SETTINGS].filter(([, schema]) => metaOf(schema).referenceLayout === true);

/** One line about the defaults that are used; none where all settings were given. */
export function referenceDefaults({ config, origins }: ReadConfig): string[] {
  const used = SETTINGS.filter(([path]) => !origins.has(path)).map(
    ([path]) => `${path} ${[valueAt(config, path)].flat().join(", ")}`,
  );
  return used.length === 0 ? [] : [`not given, so used as in the reference: ${used.join("; ")}`];
}

/**
 * The weakest settings of a call of the library: a list of folders is empty.
 *
 * Throws ERR_DEEPLASIA_OPTION for a path that no stronger layer gives.
 */
export function withoutReferenceDefaults(layers: readonly Layer[]): Layer {
  const empty: Layer = new Map();
  for (const [path, schema] of SETTINGS) {
    if (layers.some((layer) => layer.has(path))) continue;
    if (!Array.isArray(unwrap(schema).defaultValue)) {
      const { description } = metaOf(schema);
      throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `${path} is missing`, {
        remedy: `Meaning: ${description}.`,
      });
    }
    empty.set(path, { written: [], origin: "default" });
  }
  return empty;
}
