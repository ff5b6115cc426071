/** On stderr: the model file that a command has written, and what its contract lacks. */
import type { WrittenModel } from "../model/contractReport.js";

export function reportWritten({ file, missing, doubts }: WrittenModel): void {
  for (const { text } of doubts) process.stderr.write(`warning: ${text}\n`);
  process.stderr.write(`written: ${file}\n`);
  if (missing.length > 0)
    process.stderr.write(
      `the contract still lacks ${missing.join(", ")}: \`deeplasia-native manifest write\` adds them\n`,
    );
}
