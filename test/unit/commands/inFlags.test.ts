import { expect, test } from "vitest";
import { inFlags } from "../../../src/commands/inFlags.js";

test.each([
  ["Give a smaller `maxMemory` or `batchSize`.", "Give a smaller --max-memory or --batch_size."],
  ["Add `resume: true` to continue it.", "Add --resume to continue it."],
  ["loaded with `maskNeeded: false`", "loaded with --mask-needed false"],
  ['`shard: "2/16"` resumes share 2', "--shard 2/16 resumes share 2"],
  ["the sex model (`sexModel`)", "the sex model (--predict-sex)"],
  ["`data.img_dir`: there is no folder", "--data.img_dir: there is no folder"],
  ["Exchange `minAgeMonths` and `maxAgeMonths`.", "Exchange --min-age and --max-age."],
])("%s", (message, expected) => {
  expect(inFlags(message)).toBe(expected);
});

test("commands, fields and file names in backticks stay as they are", () => {
  const message =
    "`deeplasia-native doctor` shows it; `no_such_option: true`, `model.pt`, a lone ` and `constructor`";
  expect(inFlags(message)).toBe(message);
});
