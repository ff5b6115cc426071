/** Values that are understood in more than one form. */
import { z } from "zod";

/** A schema behind a reading of what was given. A promise is refused: the schema library would wait for it. */
export function understood<S extends z.ZodType>(read: (value: unknown) => unknown, schema: S) {
  return z.preprocess((value, context) => {
    if (!(value instanceof Promise)) return read(value);
    context.addIssue({ code: "custom", message: "must not be a promise: await it first", input: value });
    return z.NEVER;
  }, schema);
}
