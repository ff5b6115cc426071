/** Default, nullability and metadata of a schema. */
import { z } from "zod";

/** Returns the schema without `.optional()`, `.nullable()` and `.default()`, its default, and whether it is nullable. */
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

/** Returns the metadata of a schema, even if `.partial()` has wrapped it. */
export function schemaMeta(schema: z.ZodType): Record<string, unknown> {
  return schema.meta() ?? unwrap(schema).inner.meta() ?? {};
}
