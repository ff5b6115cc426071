import { Document, isPair, isScalar, type Pair, Scalar, visit } from "yaml";
import type { Layer } from "../../options/layer.js";
import { metaOf } from "../../options/meta.js";
import { SECTIONS, TRAIN_SETTINGS, type TrainConfig } from "../../options/train/index.js";
import type { PrintStyle } from "../../options/train/registerTrainOptions.js";
import { isPythonsNull } from "../../options/written.js";
import { completeConfig } from "./completeConfig.js";

/** A configuration as YAML, for `--print_config` and for a run's folder. Reading the text gives the same configuration. */
export function formatConfig(config: TrainConfig, style: PrintStyle = "plain"): string {
  const shown = style === "skip_default" ? difference(config, defaultsFor(config)) : config;
  const document = new Document(shown, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, scalar) {
      if (isPythonsNull(scalar.value)) scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  if (style === "comments") addComments(document);
  return document.toString({ lineWidth: 0 });
}

/** The built-in defaults for the same kind of network and the same pack, but for these themselves, whose defaults are no other's. */
function defaultsFor({ model, data: { pack } }: TrainConfig): TrainConfig {
  const origin = "default";
  const same: Layer = new Map([["model.kind", { written: model.kind, origin }]]);
  if (pack !== null) same.set("data.pack", { written: pack, origin });
  const { config: plain } = completeConfig([]);
  const { config } = completeConfig([same]);
  return {
    ...config,
    model: { ...config.model, kind: plain.model.kind },
    data: { ...config.data, pack: plain.data.pack },
  };
}

function addComments(document: Document): void {
  visit(document, {
    Pair(_, pair, ancestors) {
      const keys = [...ancestors.filter((ancestor) => isPair(ancestor)), pair].map((p) =>
        String((p as Pair).key),
      );
      const setting = TRAIN_SETTINGS.get(keys.join("."));
      if (setting !== undefined && isScalar(pair.key))
        pair.key.commentBefore = ` ${metaOf(setting).description}`;
    },
  });
}

/** The settings that differ from another configuration; a class has all its arguments if one of them differs. */
function difference(config: object, other: object): Record<string, unknown> {
  const parts = Object.entries(config).flatMap(([key, value]) => {
    const others = (other as Record<string, unknown>)[key];
    if (JSON.stringify(value) === JSON.stringify(others)) return [];
    return [[key, key in SECTIONS ? difference(value, others as object) : value]];
  });
  return Object.fromEntries(parts);
}
