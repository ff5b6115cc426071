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

const isWrapped = (schema: z.ZodType) =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable;

/** Returns the metadata of a schema, or of the one that it wraps, as `.partial()` wraps every field of an object. */
export function schemaMeta(schema: z.ZodType): Record<string, unknown> {
  const meta = schema.meta();
  if (meta !== undefined) return meta;
  return isWrapped(schema) ? schemaMeta((schema as z.ZodOptional).unwrap() as z.ZodType) : {};
}
