/** Weights are found by the network's own names (parity/networks/state_dicts.json), wherever a saver put them. */
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { findWeights } from "../../../src/checkpoint/weights.js";
import type { TensorEntry } from "../../helpers/rule.js";
import { fixture } from "../../helpers/testData.js";

const states = JSON.parse(await readFile(fixture("parity/networks/state_dicts.json"), "utf8")) as Record<
  string,
  TensorEntry[]
>;

let next = 0;
const tensor = (shape: readonly number[] = []) => ({ $tensor: next++, dtype: "float32", shape });
type State = Record<string, ReturnType<typeof tensor>>;

function state(network = "b0_sex_input", rename = (name: string) => name): State {
  return Object.fromEntries(states[network]!.map(([name, shape]) => [rename(name), tensor(shape)]));
}
const under = (prefix: string, network?: string) => state(network, (name) => prefix + name);
const inside = (after: string, wrapper: string) =>
  state(undefined, (name) => name.replace(after, after + wrapper));
const optimizer = () => ({
  state: { "0": { step: tensor(), exp_avg: tensor([3]) } },
  param_groups: [{ lr: 1 }],
});
const names = (network = "b0_sex_input") => states[network]!.map(([name]) => name);

function found(root: unknown, wanted?: string) {
  const { tensors, ...rest } = findWeights("x.ckpt", root, wanted);
  return { names: [...tensors.keys()].sort(), tensors, ...rest };
}

describe("wrappers come off, in any order, at any depth", () => {
  test.each([
    ["DDP", under("module.")],
    ["DDP round torch.compile", under("module._orig_mod.")],
    ["torch.compile round DDP", under("_orig_mod.module.")],
    ["a Lightning module's compiled model", { state_dict: under("model._orig_mod.") }],
    ["three names nobody knows", under("system.student.net.")],
    ["Lightning's strategies", under("_forward_module.model.")],
    [
      "FSDP and checkpointing inside",
      inside("backbone.base.", "_fsdp_wrapped_module._checkpoint_wrapped_module."),
    ],
    ["a compiled backbone", inside("backbone.", "_orig_mod.")],
    ["a backbone under DDP", inside("backbone.", "module.")],
    ["AveragedModel", { n_averaged: tensor(), ...under("module.") }],
    [
      "an average and a loss beside",
      { ...under("model."), "criterion.pos_weight": tensor([2]), "val_mad.total": tensor() },
    ],
  ])("%s", (_name, root) => {
    expect(found(root).names).toEqual(names().sort());
  });

  test.each(Object.keys(states))("of %s, and nothing of a bare one changes", (network) => {
    for (const root of [state(network), under("a.module.", network), { net: { module: state(network) } }])
      expect(found(root).names).toEqual(names(network).sort());
  });
});

describe("weights lie under any key", () => {
  test.each([["net_state"], ["model.state_dict"], ["ema"], ["teacher"], ["checkpoint"]])("%s", (key) => {
    const root = { epoch: 3, optimizer: optimizer(), [key]: state() };
    expect(found(root)).toMatchObject({ names: names().sort(), name: key, others: [] });
  });

  test("levels down, in lists, as pairs, and part by part", () => {
    const part = (start: string) =>
      Object.fromEntries(
        Object.entries(under("")).flatMap(([name, value]) =>
          name.startsWith(start) ? [[name.slice(start.length), value]] : [],
        ),
      );
    for (const root of [
      { a: { b: { c: state() } } },
      [state(), optimizer()],
      Object.entries(state()),
      { backbone: part("backbone."), dense: part("dense."), optimizer: optimizer(), loss: tensor() },
    ])
      expect(found(root).names).toEqual(names().sort());
  });

  test("an optimiser's state by the names of weights is none", () => {
    const byName = {
      state: { "backbone.base._conv_stem.weight": { exp_avg: tensor([3]) } },
      param_groups: [],
    };
    expect(found({ optimizer: byName, model: state() }).names).toEqual(names().sort());
    const flat = state("b0_sex_input", (name) => `optimizer.${name}.exp_avg`);
    expect(found({ ...under("model."), ...flat }).names).toEqual(names().sort());
  });

  test("ImageNet's are found in the same way", () => {
    const imagenet = {
      "module._conv_stem.weight": tensor([32, 3, 3, 3]),
      "module._bn0.weight": tensor([32]),
    };
    expect(found({ state_dict: imagenet }).names).toEqual(["_bn0.weight", "_conv_stem.weight"]);
  });
});

describe("several networks", () => {
  const two = { model: state(), ema: under("module."), optimizer: optimizer() };
  const asked = (root: unknown, wanted: string) => found(root, wanted).tensors.values().next().value!.tensor;

  test("are named, with the option that decides", () => {
    expect(() => found(two)).toThrow(
      expect.objectContaining({
        code: "ERR_DEEPLASIA_CHECKPOINT",
        message: expect.stringMatching(
          /x\.ckpt.*2 networks: model \(366 tensors\), ema\.module \(366 tensors\)/,
        ),
        remedy: expect.stringContaining("`weights`: model or ema.module"),
      }),
    );
    const first = Object.values(two.ema)[0]!.$tensor;
    for (const name of ["ema", "ema.module"]) expect(asked(two, name)).toBe(first);
    expect(found(two, "model").others).toEqual(["ema.module"]);
  });

  test("of one dictionary too, and beside the top level", () => {
    const lightning = {
      state_dict: { ...under("model."), ...under("ema_model.module."), "ema_model.n_averaged": tensor() },
    };
    expect(found(lightning, "ema_model").names).toEqual(names().sort());
    expect(found(lightning, "model").names).toEqual(names().sort());
    const top = { ...state(), ema: state() };
    expect(() => found(top)).toThrow(/\. \(366 tensors\), ema/);
    expect(found(top, ".").name).toBe("");
  });

  test("a key that is not there", () => {
    expect(() => found(two, "emma")).toThrow(/x\.ckpt has no weights "emma", but model, ema\.module/);
  });
});

test("a tensor that may change the network is not passed over", () => {
  expect(found({ ...under("model."), "head.weight": tensor([2, 2]) }).names).toContain("head.weight");
  expect(found({ ...state(), "module.dense.fc_boneage.weight": tensor([1, 256]) }).names).toContain(
    "module.dense.fc_boneage.weight",
  );
});

test.each([
  [
    "an optimiser alone",
    { optimizer: optimizer(), epoch: 1 },
    /its keys are optimizer \(an optimiser's state\), epoch/,
  ],
  ["bare", optimizer(), /it is an optimiser's state/],
  [
    "tensors without names",
    { shadow_params: [tensor(), tensor()] },
    /shadow_params \(a list of 2 tensors without names\)/,
  ],
  ["one tensor", tensor([3]), /it is one tensor \[3\]/],
  ["nothing", {}, /it is an empty dictionary/],
  ["a number", 3, /it is one value/],
])("no weights: %s", (_name, root, message) => {
  expect(() => found(root)).toThrow(message);
});
