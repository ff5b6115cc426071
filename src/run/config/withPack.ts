import type { Layer } from "../../options/layer.js";

/** Returns the layer with what follows from `data.pack`: rows, pictures and masks are in it, unless the layer gives others. */
export function withPack(layer: Layer): Layer {
  const pack = layer.get("data.pack");
  if (typeof pack?.written !== "string" || ["", "null"].includes(pack.written)) return layer;
  const { written, origin } = pack;
  return new Map([
    ["data.annotation_path", { written, origin }],
    ["data.img_dir", { written, origin }],
    ["data.mask_dirs", { written: [written], origin }],
    ...layer,
  ]);
}
