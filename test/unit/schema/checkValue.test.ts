import { describe, expect, test } from "vitest";
import { z } from "zod";
import { manifestSchema } from "../../../src/contract/manifest.js";
import { previewFlags } from "../../../src/options/augmentPreview.js";
import { checkpointOptions } from "../../../src/options/checkpoint.js";
import * as cohort from "../../../src/options/cohort.js";
import { ensembleFlags } from "../../../src/options/ensemble.js";
import { readOptions } from "../../../src/options/flags.js";
import { type Layer, readSection } from "../../../src/options/layer.js";
import { phantomOptions } from "../../../src/options/phantom.js";
import { cohortPredictionOptions, predictOptions } from "../../../src/options/predict.js";
import * as slurm from "../../../src/options/slurm.js";
import { CLASS_SECTIONS, runSettings, SECTIONS } from "../../../src/options/train/index.js";
import { trainingStepOptions } from "../../../src/options/train/trainingStepOptions.js";
import { checkValue, faultText, requireOptions } from "../../../src/schema/checkValue.js";
import { unwrap } from "../../../src/schema/unwrap.js";

const isObject = (value: unknown): value is z.ZodObject => value instanceof z.ZodObject;
const objectsOf = (module: object) => Object.entries(module).filter(([, value]) => isObject(value));

/** All schemas that check values from users. */
const SCHEMAS: Record<string, z.ZodObject> = {
  manifest: manifestSchema,
  ...{ predict: predictOptions, predictCohort: cohortPredictionOptions, checkpoint: checkpointOptions },
  ...{ preview: previewFlags, ensemble: ensembleFlags, phantom: phantomOptions },
  ...Object.fromEntries([...objectsOf(cohort), ...objectsOf(slurm)]),
  ...{ run: runSettings, ...SECTIONS, createTrainer: trainingStepOptions },
  ...Object.assign({}, ...Object.values(CLASS_SECTIONS).map(({ classes }) => classes)),
};

/** Values of every wrong kind: NaN and infinity, texts, containers, values that JSON does not have. */
const WRONG = [
  ...[Number.NaN, Number.POSITIVE_INFINITY, -1e9, 1e300, 0.123, 10n ** 30n, true, null, ""],
  ...["nonsense, with: punctuation", "x".repeat(5000), [], [[]], ["", 1, null], {}, { a: { b: 1 } }],
  ...[new Date(0), Symbol("s"), () => 1, new Map(), Buffer.from("b")],
];
const WRITTEN = [
  "",
  " ",
  "nonsense",
  "-1e9",
  "1e300",
  "0.123",
  "nan",
  "inf",
  "null",
  "true",
  "1,2",
  "[",
  "{}",
  "[[]]",
];

/** Matches the schema library's own messages, such as `expected x, received y`. */
const FOREIGN =
  /\breceived\b|\bInvalid\b|expected .*,|Unrecognized|Too (small|big)|to have|items?\b.*>=|zod|\[object|=> ?1/i;

function choicesOf(schema: z.ZodType): string[] {
  const { inner } = unwrap(schema);
  return inner instanceof z.ZodEnum ? inner.options.map(String) : [];
}

function requireGood(text: string, name: string, schema: z.ZodType) {
  expect(text).not.toMatch(FOREIGN);
  expect(text).toContain(name);
  expect(text.length).toBeLessThan(1500);
  for (const choice of choicesOf(schema)) {
    const word = choice.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const listed = text.match(new RegExp(`(?<=(?:, | or |one of |must be ))${word}(?=,| or |$)`, "gm")) ?? [];
    expect(listed.length, `${choice} in: ${text}`).toBeLessThanOrEqual(1);
  }
}

/** Returns an object that is valid except for one key. */
function rest(schema: z.ZodObject, but: string): Record<string, unknown> {
  const needed = Object.entries(schema.shape as Record<string, z.ZodType>).filter(
    ([key, option]) => key !== but && !option.safeParse(undefined).success,
  );
  return Object.fromEntries(needed.map(([key]) => [key, "needed"]));
}

describe.each(Object.entries(SCHEMAS))("%s", (_, schema) => {
  const options = Object.entries(schema.shape as Record<string, z.ZodType>);

  test("describes what an option must be, whatever the value", () => {
    for (const [key, option] of options) {
      for (const value of WRONG) {
        const { faults } = checkValue(schema, { ...rest(schema, key), [key]: value });
        const fault = faults?.find((fault) => fault.kind === "value" && fault.path[0] === key);
        if (fault?.kind !== "value") continue;
        expect(fault.text, key).toMatch(/^(must be|needs) \S/);
        requireGood(faultText(fault, "option"), key, option);
      }
    }
  });

  test("describes it for settings and flags as well", () => {
    for (const [key, option] of options) {
      for (const written of WRITTEN) {
        const layer: Layer = new Map([[`part.${key}`, { written, origin: "my.yml:3" }]]);
        const one = z.strictObject({ [key]: option.meta({ description: "what for", ...option.meta() }) });
        const reads = [() => readSection(one, "part", layer)];
        // Arguments of a class are settings only; their flags have other names.
        if (/^[a-z]/.test(key)) reads.push(() => readOptions(one, { [key]: written }));
        for (const read of reads) {
          try {
            read();
          } catch (error) {
            const { code, message, remedy } = error as { code: string; message: string; remedy: string };
            expect(code).toBe("ERR_DEEPLASIA_OPTION");
            requireGood(`${message}\n${remedy}`, message.startsWith("--") ? "--" : `part.${key}`, option);
          }
        }
      }
    }
  });
});

test.each([
  [z.int().min(1).max(9), "a whole number from 1 to 9"],
  [z.number().gt(0).lt(1).nullable(), "a number above 0 and below 1, or null"],
  [z.int(), "a whole number"],
  [z.number().max(10).default(1), "a number of at most 10"],
  [z.enum(["a", "b"]).optional(), "a or b"],
  [z.enum(["a", "b", "c"]), "one of a, b or c"],
  [z.string().min(1), "text that is not empty"],
  [z.array(z.int().min(1)).min(1), "a list that is not empty, each item a whole number of at least 1"],
  [
    z.tuple([z.union([z.literal(1), z.literal(3)]), z.int(), z.int()]),
    "3 values: 1 or 3, 2 times a whole number",
  ],
  [z.record(z.string(), z.boolean()), "a map, each value true or false"],
])("%#: must be %s", (schema, words) => {
  expect(checkValue(schema, Symbol("wrong")).faults).toMatchObject([
    { kind: "value", path: [], text: `must be ${words}` },
  ]);
});

test("hints: the nearest choice, a decimal comma, the nearest option, what is missing", () => {
  const schema = z.strictObject({
    fit: z.enum(["cut", "pad"]).optional(),
    share: z.number().optional().meta({ description: "how much" }),
    name: z.string(),
  });
  const said = (value: object) => {
    try {
      return requireOptions(schema, value);
    } catch (error) {
      const { message, remedy } = error as { message: string; remedy: string };
      return `${message} | ${remedy}`;
    }
  };
  expect(said({ name: "a", fit: "Pad" })).toMatch(/^fit "Pad" must be cut or pad \(the nearest is "pad"\)/);
  expect(said({ name: "a", share: "0,5" })).toBe(
    'share "0,5" must be a number (decimals take a point: 0.5) | Meaning: how much.',
  );
  expect(said({ name: "a", nmae: 1 })).toBe(
    "unknown option 'nmae' (the nearest is \"name\") | The options are fit, share, name.",
  );
  expect(said({})).toMatch(/^name is missing: it must be text/);
  expect(said({ name: "a", share: undefined })).toEqual({ name: "a", share: undefined });
});
