/** A TorchScript model is a program: what it may do without being trusted. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadModel } from "../../src/index.js";
import { withRecords } from "../helpers/archives.js";
import { runCli } from "../helpers/cli.js";
import { modelFile } from "../helpers/model.js";
import { halves } from "../helpers/pictures.js";
import { temporaryFolder, writeTree } from "../helpers/temporary.js";

const CODE = "code/__torch__.py";
const PRECIOUS = "the thesis";

async function folderWithThesis(): Promise<string> {
  return writeTree(await temporaryFolder(), { "precious.txt": PRECIOUS });
}

test("a model that overwrites a file when it is opened does so only for who trusts it", async () => {
  const cwd = await folderWithThesis();
  const thesis = () => readFile(join(cwd, "precious.txt"), "utf8");
  const file = modelFile("saves-when-loaded");
  const commands = [
    ["inspect", file],
    ["predict", "nobody.png", "--ckp_path", file],
    ["manifest", "write", file, "--out", "copy.pt"],
    ["convert", file, "half.pt", "--half"],
  ];
  for (const args of commands) {
    const { code, stderr } = await runCli(args, { cwd });
    expect({ args, code }).toEqual({ args, code: 1 });
    expect(stderr).toMatch(/its code uses torch\.save \(code\/__torch__\S+, line \d+\), which reaches files/);
    expect(stderr).toContain("--trust");
    expect(await thesis()).toBe(PRECIOUS);
  }
  expect(await runCli(["inspect", file, "--trust"], { cwd })).toMatchObject({ code: 0 });
  expect(await thesis()).not.toBe(PRECIOUS);
});

test("a model that reads files is refused, by the library too", async () => {
  const untrusted = { code: "ERR_DEEPLASIA_MODEL_UNTRUSTED", remedy: expect.stringContaining("trust: true") };
  await expect(loadModel(modelFile("reads-a-file"))).rejects.toMatchObject(untrusted);
});

/** Ways in which code can name what it uses; each is put behind the class of a harmless model. */
const REACHING: [code: string, what: RegExp][] = [
  ["  torch.save(x, 'f')", /torch\.save/],
  ["  y = torch.from_file('f', None, 1)", /torch\.from_file/],
  ["  y = torch.nn.from_file('f', None, 1)", /from_file/],
  ["  y = torch . \\\n    from_file('f', None, 1)", /from_file/],
  ["  y = 'f'.from_file(None, 1)", /from_file/],
  ["  y = (x, x)[0].save('f')", /save/],
  ["  f = torch.save\n  f(x, 'f')", /torch\.save/],
  ["  y = ops.aten.from_file('f', None, 1)", /ops\.aten\.from_file/],
  ["  y = getattr(torch, 'save')(x, 'f')", /save/],
  ["  y = getattr(torch, 'sa' 've')(x, 'f')", /save/],
  ["  y = getattr(torch, '\\163ave')(x, 'f')", /save/],
  ["  g = getattr\n  y = g(torch, 'save')(x, 'f')", /getattr without a plain name/],
  ["  t = torch\n  y = t.add(x, x)", /torch \(.*which hides/],
  ["  o = ops.profiler\n  y = x", /ops\.profiler \(.*which hides/],
  ["  y = ops.profiler._record_function_enter('f', None)", /ops\.profiler\._record_function_enter/],
  ["  y = ops.c10d.barrier(x)", /ops\.c10d\.barrier/],
  ["  y = __torch__.torch.classes.profiler._RecordFunction()", /classes\.profiler/],
  ["  y = rpc_async('worker', 'f')", /rpc_async/],
  [
    "  if True:\n    for i in range(3):\n      y = [torch.add(x, torch.from_file('f', None, i)) for i in [1]]",
    /from_file/,
  ],
];

test("operators that reach beyond a model are found however they are named, in code that is never called", async () => {
  const path = join(await temporaryFolder(), "model.pt");
  for (const [code, what] of REACHING) {
    const unused = `def unused(x: Tensor) -> Tensor:\n${code}\n  return x\n`;
    await writeFile(path, withRecords(modelFile("mean-plus-sex"), { [CODE]: (data) => data + unused }));
    await expect(loadModel(path, { manifest: modelFile("mean-plus-sex.json") }), code).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_MODEL_UNTRUSTED",
      message: expect.stringMatching(what),
    });
  }
});

test("operators that are only arithmetic are not", async () => {
  const path = join(await temporaryFolder(), "model.pt");
  const unused =
    "def unused(x: Tensor) -> Tensor:\n  y = ops.prim.NumToTensor(torch.size(x, 0))\n" +
    "  print('saved from_file')\n  return torch.relu(y.add(x))\n";
  await writeFile(path, withRecords(modelFile("mean-plus-sex"), { [CODE]: (data) => data + unused }));
  const model = await loadModel(path, { manifest: modelFile("mean-plus-sex.json") });
  await model.dispose();
});

test("a forward that never returns ends with the first signal", { timeout: 120_000 }, async () => {
  const folder = await writeTree(await temporaryFolder(), { "white.png": await halves(254, 40, 244) });
  const args = [
    "predict",
    "white.png",
    "--ckp_path",
    modelFile("endless"),
    "--sex",
    "M",
    "--progress",
    "none",
  ];
  let isTold = false;
  const { code, stderr } = await runCli(args, {
    cwd: folder,
    onStderr: (text, kill) => {
      if (isTold || !text.includes("endless.pt on")) return;
      isTold = true;
      setTimeout(() => kill("SIGTERM"), 1500);
    },
  });
  expect({ code, stderr }).toMatchObject({
    code: 143,
    stderr: expect.stringContaining("the model does not return from the current batch"),
  });
});
