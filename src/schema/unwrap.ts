/** What a schema says besides its type. */
import { z } from "zod";

/** The schema without `.optional()`, `.nullable()` and `.default()`, and its default. */
export function unwrap(schema: z.ZodType): { inner: z.ZodType; defaultValue: unknown; nullable: boolean } {
  let inner = schema;
  let defaultValue: unknown;
  let nullable = false;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodNullable) {
    if (inner instanceof z.ZodDefault) defaultValue = inner.def.defaultValue;
    nullable ||= inner instanceof z.ZodNullable;
    inner = inner.unwrap() as z.ZodType;
  }
  return { inner, defaultValue, nullable };
}

/** What was said of a schema, also where `.partial()` wrapped it since. */
export function schemaMeta(schema: z.ZodType): Record<string, unknown> {
  return schema.meta() ?? unwrap(schema).inner.meta() ?? {};
}
