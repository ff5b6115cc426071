/** Functions and signals that a caller hands to a long call. */
import { z } from "zod";

/** Whether a value is an object with these functions. */
export function hasMethods(value: unknown, names: readonly string[]): boolean {
  const methods = (value ?? {}) as Record<string, unknown>;
  return names.every((name) => typeof methods[name] === "function");
}

export const abortSignal = z
  .custom<AbortSignal>(
    (value) => hasMethods(value, ["addEventListener"]) && typeof (value as AbortSignal).aborted === "boolean",
    "must be an AbortSignal",
  )
  .optional()
  .meta({
    changesOutput: false,
    description: "ends the call, which then rejects with the signal's reason",
    typescript: "AbortSignal",
  });

/** A function that is called with each `Event`; `type` is its name. */
export function listener<Event>(type: string, description: string) {
  return z
    .custom<(event: Event) => void>((value) => typeof value === "function", "must be a function")
    .optional()
    .meta({ changesOutput: false, description, typescript: `(event: ${type}) => void` });
}
