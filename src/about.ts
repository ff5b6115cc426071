/** The package's version and disclaimer. */
import { readFileSync } from "node:fs";

export const DISCLAIMER = "Research software. Not a medical device; not for diagnosis or treatment.";

/** Version of this package, from its package.json. */
export function packageVersion(): string {
  const file = new URL("../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
