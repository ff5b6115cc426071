/** UIDs that follow from a name: the same object has the same UID, however often it is made. */
import { createHash } from "node:crypto";

/** The root of UIDs that are UUIDs (PS3.5 B.2), then a UUID of version 8 as a decimal number. */
export function uidOf(...name: string[]): string {
  const bytes = createHash("sha256").update(JSON.stringify(name)).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return `2.25.${BigInt(`0x${bytes.toString("hex")}`)}`;
}
