import type { RunFile } from "./runFile.js";

/** Returns the differences of two runs as texts: "the model file", "`flip` (false, now true)". */
export function differences(before: RunFile, now: RunFile): string[] {
  const found = modelDifferences(before, now);
  if (before.identity.cohort !== now.identity.cohort) found.push("the cohort (annotation or split file)");
  const old: Record<string, unknown> = {
    ...before.identity.options,
    format: before.format,
    batch_size: before.blockSize,
  };
  const new_: Record<string, unknown> = {
    ...now.identity.options,
    format: now.format,
    batch_size: now.blockSize,
  };
  for (const name of new Set([...Object.keys(old), ...Object.keys(new_)])) {
    const [a, b] = [valueText(old[name]), valueText(new_[name])];
    if (a !== b) found.push(`\`${optionName(name)}\` (${a}, now ${b})`);
  }
  return found;
}

/** `max_memory`, as run files have it, -> `maxMemory`. */
const optionName = (key: string) => key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** An option that an earlier version did not have was not given. */
const valueText = (value: unknown) => (value == null ? "not given" : JSON.stringify(value));

function modelDifferences(before: RunFile, now: RunFile): string[] {
  const list = (names: readonly string[] | null) => names?.join(", ") ?? "one model";
  if (list(before.members) !== list(now.members))
    return [`the members (${list(before.members)}, now ${list(now.members)})`];
  const found: string[] = [];
  for (const [i, model] of now.identity.models.entries()) {
    const old = before.identity.models[i];
    const of = now.members === null ? "" : ` of ${now.members[i]}`;
    if (old?.file !== model.file) found.push(`the model file${of}`);
    if (old?.contract !== model.contract) found.push(`the model's contract (manifest, options)${of}`);
  }
  if (JSON.stringify(before.identity.sexModel) !== JSON.stringify(now.identity.sexModel))
    found.push("the sex model (`sexModel`)");
  if (JSON.stringify(before.identity.maskModel) !== JSON.stringify(now.identity.maskModel))
    found.push("the hand-mask model (`maskModel`)");
  return found;
}
