import type { Layer } from "../../options/layer.js";

/** A warning for each of the settings that was given, though a network of this kind does not use it. */
export function* withoutEffect(settings: Layer, paths: readonly string[], why: string): Generator<string> {
  for (const path of paths) {
    const origin = settings.get(path)?.origin ?? "default";
    if (origin === "default") continue;
    const place = origin === `--${path}` ? origin : `${origin}: ${path}`;
    yield `${place} has no effect: ${why}`;
  }
}
