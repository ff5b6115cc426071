import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { ClassTable } from "../../../../src/options/classPath.js";
import {
  CLASS_SECTIONS,
  runSettings,
  SECTIONS,
  type TrainConfig,
} from "../../../../src/options/train/index.js";
import { formatConfig } from "../../../../src/run/config/formatConfig.js";
import { temporaryFolder, writeTree } from "../../../helpers/temporary.js";
import { configOf, configOfFiles } from "../../../helpers/trainConfig.js";

/** Text that YAML could take for something else, and any other. */
const text = fc.oneof(
  fc.constantFrom(
    "null",
    "None",
    "true",
    "no",
    "1e3",
    "007",
    "~",
    "a: b",
    "# a",
    "[a]",
    " a ",
    "a\nb",
    "*a",
    "&a",
    "'",
    '"',
    "é",
  ),
  fc.string({ minLength: 1 }),
);

/** Values that a schema takes. */
function valuesOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodDefault)
    return fc.oneof(valuesOf(schema.unwrap() as z.ZodType), fc.constant(schema.def.defaultValue));
  if (schema instanceof z.ZodNullable)
    return fc.oneof(fc.constant(null), valuesOf(schema.unwrap() as z.ZodType));
  if (schema instanceof z.ZodObject) {
    const entries = Object.entries(schema.shape as Record<string, z.ZodType>);
    return fc.record(Object.fromEntries(entries.map(([key, value]) => [key, valuesOf(value)])));
  }
  const candidates = candidatesOf(schema);
  return candidates.filter((value) => schema.safeParse(value).success).map((value) => schema.parse(value));
}

function candidatesOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodNumber) {
    const number = fc.double({ min: 0, max: 1, noNaN: true });
    return fc.oneof(fc.integer({ min: -1, max: 40 }), fc.constantFrom(1e-8, 5e-6, 0.1), number);
  }
  if (schema instanceof z.ZodString) return fc.oneof(text, fc.constantFrom("01:02:03:04", "1.0"));
  if (schema instanceof z.ZodArray) return fc.array(valuesOf(schema.element as z.ZodType), { maxLength: 3 });
  if (schema instanceof z.ZodTuple) return fc.tuple(...(schema.def.items as z.ZodType[]).map(valuesOf));
  if (schema instanceof z.ZodRecord)
    return fc.dictionary(fc.nat(9).map(String), valuesOf(schema.valueType as z.ZodType));
  if (schema instanceof z.ZodUnion) return fc.oneof(...(schema.options as z.ZodType[]).map(candidatesOf));
  if (schema instanceof z.ZodPipe) return candidatesOf(schema.in as z.ZodType);
  throw new Error(`no values for ${schema.type}`);
}

function classValues({ classes }: { classes: ClassTable }) {
  const one = ([path, schema]: [string, z.ZodType]) =>
    fc.record({ class_path: fc.constant(path), init_args: valuesOf(schema) });
  return fc.oneof(...Object.entries(classes).map(one));
}

const configs = fc
  .tuple(
    valuesOf(runSettings),
    fc.record(Object.fromEntries(Object.entries(SECTIONS).map(([name, schema]) => [name, valuesOf(schema)]))),
    fc.record(
      Object.fromEntries(
        Object.entries(CLASS_SECTIONS).map(([name, section]) => [name, classValues(section)]),
      ),
    ),
  )
  .map((parts) => Object.assign({}, ...parts) as unknown as TrainConfig)
  .map((config) => {
    // What cannot hold together is not a configuration.
    config.trainer.max_steps = Math.max(config.trainer.max_steps, 1);
    config.trainer.max_epochs = config.trainer.max_epochs === 0 ? 1 : config.trainer.max_epochs;
    Object.assign(config.trainer, { gpus: "1", accelerator: null });
    config.early_stopping.monitor = "Loss/val";
    if (config.model.kind === "mask") {
      Object.assign(config.data, { input_size: [1, 64, 64], mask_crop_size: -1 });
      config.model.drop_connect = null;
    }
    if (config.model.kind === "expectation") {
      config.model.backbone = "convnextv2-nano";
      config.data.norm_method = "none";
    }
    if ("monitor" in config.lr_scheduler.init_args) config.lr_scheduler.init_args.monitor = "Loss/val";
    if (/^(true|yes|on|1|false)$/i.test(String(config.model.pretrained))) config.model.pretrained = null;
    config.model.age_sigma = Math.max(config.model.age_sigma, 0.5);
    if ("nesterov" in config.optimizer.init_args) config.optimizer.init_args.nesterov = false;
    return config;
  });

describe("a printed configuration", () => {
  test.each(["plain", "comments", "skip_default"] as const)(
    "in style %s reads back as the same",
    async (style) => {
      const folder = await temporaryFolder();
      await fc.assert(
        fc.asyncProperty(configs, async (config) => {
          await writeTree(folder, { "printed.yml": formatConfig(config, style) });
          const { config: read } = await configOf("--config", join(folder, "printed.yml"));
          expect(read).toEqual(config);
        }),
        { numRuns: 100 },
      );
    },
  );

  test("shows what was asked for", async () => {
    const { config } = await configOf("--trainer.max_epochs=7", "--optimizer=SGD");
    expect(formatConfig(config)).toMatch(/^trainer:\n {2}max_epochs: 7$/m);
    expect(formatConfig(config, "comments")).toMatch(/# number of epochs.*\n {2}max_epochs: 7/);
    expect(formatConfig(config, "comments")).toMatch(/# learning rate\n {4}lr: 0\.001/);
    expect(formatConfig(config, "skip_default")).toBe(
      [
        "trainer:",
        "  max_epochs: 7",
        "optimizer:",
        "  class_path: torch.optim.SGD",
        "  init_args:",
        "    lr: 0.001",
        "    momentum: 0",
        "    dampening: 0",
        "    weight_decay: 0.000005",
        "    nesterov: false",
        "",
      ].join("\n"),
    );
  });

  test("and what was read from a file is the same as given by flags", async () => {
    const flags = await configOf(
      "--data.mask_dirs=[]",
      "--model.dense_layers",
      "8",
      "4",
      "--trainer.limit_val_batches=0.5",
    );
    const file = await configOfFiles([
      "data: {mask_dirs: []}\nmodel: {dense_layers: [8, 4]}\ntrainer: {limit_val_batches: .5}",
    ]);
    expect(flags.config).toEqual(file.config);
  });
});
