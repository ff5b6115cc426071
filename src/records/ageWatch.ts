/** Warns of the first bone age that no child has. The summary of a run counts them all. */

import { type Logger, silentLogger } from "../console/logger.js";
import { BONE_AGE_MONTHS } from "../contract/plausible.js";
import { type AnyRecord, isFailure } from "./record.js";

const { least, most } = BONE_AGE_MONTHS;

export function isOutside(ageMonths: number): boolean {
  return ageMonths < least || ageMonths > most;
}

export class AgeWatch {
  private isTold = false;

  constructor(private readonly logger: Logger = silentLogger) {}

  see(record: AnyRecord): void {
    if (this.isTold || isFailure(record) || !isOutside(record.ageMonths)) return;
    this.isTold = true;
    const { row, imageId, ageMonths } = record;
    this.logger.warn(
      `row ${row}, ${imageId}: a bone age of ${ageMonths.toFixed(1)} months lies outside of ${least} to ${most}; compare ` +
        "the pictures with the model's contract (`deeplasia-native inspect MODEL`). Further ones are counted in the summary only",
    );
  }
}
