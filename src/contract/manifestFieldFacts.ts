/** The fields of a manifest as data, as the command `manifest fields` lists them. */
import type { z } from "zod";
import { expectation } from "../schema/expectation.js";
import { schemaMeta } from "../schema/unwrap.js";
import { type ManifestField, manifestSchema } from "./manifest.js";

/** A field of the contract. */
export interface ManifestFieldFacts {
  /** Its name. */
  field: ManifestField;
  /** What the field means, with its unit. */
  description: string;
  /** A description of the values that it takes: `a number above 0`. */
  takes: string;
}

/** Every field of a model's contract. */
export const MANIFEST_FIELD_FACTS: readonly ManifestFieldFacts[] = Object.entries(
  manifestSchema.shape as Record<ManifestField, z.ZodType>,
).map(([field, schema]) => ({
  field: field as ManifestField,
  description: String(schemaMeta(schema).description ?? ""),
  takes: expectation(schema),
}));
