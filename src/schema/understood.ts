/** Schemas for values that are accepted in more than one form. */
import { z } from "zod";

/** Returns a schema that converts the value with `read` first. Refuses a promise, because the library would await it. */
export function understood<S extends z.ZodType>(read: (value: unknown) => unknown, schema: S) {
  return z.preprocess((value, context) => {
    if (!(value instanceof Promise)) return read(value);
    context.addIssue({ code: "custom", message: "must not be a promise: await it first", input: value });
    return z.NEVER;
  }, schema);
}
