/** Metadata of an option, stated where it is declared. */
import type { z } from "zod";
import { schemaMeta } from "../schema/unwrap.js";

/** What the command line and the docs need besides the type. */
export interface OptionMeta {
  description: string;
  /** Placeholder of the value, e.g. `<file>`, `<months>`; none for a switch. */
  argument?: string;
  /** The flag is one of the reference's and is spelt as there. */
  reference?: boolean;
  /** Its type in TypeScript, where a JSON schema cannot describe it. */
  typescript?: string;
  /** Flag where it is not the key itself. */
  flag?: string;
  /** Short flag. */
  short?: string;
  /** The option names files or folders that must exist before the command runs. */
  reads?: boolean;
  /**
   * False where the bytes of an output do not depend on its value, or depend on it through what a resumed run compares
   * anyway: the models, the rows, the columns. Every other option is compared by its value (`prediction/identity.ts`).
   */
  changesOutput?: false;
  /** A setting of training that may differ in a resumed run, because no later step depends on it. */
  mayChange?: boolean;
  /** Its default is a place in the reference's folders: the command uses it, and prints so; the library does not. */
  referenceLayout?: boolean;
}

/** What was said of a schema, also where `.partial()` wrapped it since. */
export function metaOf(schema: z.ZodType): OptionMeta {
  return { description: "", ...schemaMeta(schema) } as OptionMeta;
}
