import { expect, test } from "vitest";
import { inFlags } from "../../../src/commands/inFlags.js";

test.each([
  ["Give a smaller `maxMemory` or `batchSize`.", "Give a smaller --max-memory or --batch_size."],
  ["Add `resume: true` to continue it.", "Add --resume to continue it."],
  ["loaded with `maskNeeded: false`", "loaded with --mask-needed false"],
  ['`shard: "2/16"` resumes share 2', "--shard 2/16 resumes share 2"],
  ["the sex model (`sexModel`)", "the sex model (--predict-sex)"],
  ["`data.img_dir`: there is no folder", "--data.img_dir: there is no folder"],
  ["`folds: 1`: nothing is left to train on", "--folds 1: nothing is left to train on"],
  ["Set `correctPredictedSex`: true", "Set --model.correct_predicted_sex: true"],
  ['Give `array: "1-5"`.', "Give --array 1-5."],
  ["another `runDir`; `maxRequeues: 0`", "another --run-dir; --max-requeues 0"],
  ["an index as `indexUrl`, or a wheel as `from`", "an index as --index-url, or a wheel as --from"],
  ["`trainer.resume_from_checkpoint: last` resumes", "--trainer.resume_from_checkpoint last resumes"],
  ["Exchange `minAgeMonths` and `maxAgeMonths`.", "Exchange --min-age and --max-age."],
])("%s", (message, expected) => {
  expect(inFlags(message)).toBe(expected);
});

test("commands, fields and file names in backticks stay as they are", () => {
  const message =
    "`deeplasia-native doctor` shows it; `no_such_option: true`, `model.pt`, a lone ` and `constructor`";
  expect(inFlags(message)).toBe(message);
});
