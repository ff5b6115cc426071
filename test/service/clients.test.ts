/** The client examples of docs/serve.md, run as they stand there, against a service at another port; curl's is run with the page. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { modelFile } from "../helpers/model.js";
import { blocksOf } from "../helpers/pages.js";
import { halves } from "../helpers/pictures.js";
import { pythonWith } from "../helpers/python.js";
import { servedFor } from "../helpers/service.js";
import { temporaryFolder } from "../helpers/temporary.js";

const execute = promisify(execFile);
const service = servedFor({ model: [modelFile("mean-plus-sex")], logLevel: "silent" });
const blocks = blocksOf("docs/serve.md");

/** The one block of that language that calls the service, with the service's address. */
function example(language: string): string {
  const found = blocks.filter((block) => block.language === language && block.text.includes("8080"));
  expect(found).toHaveLength(1);
  return found[0]!.text.replaceAll("http://127.0.0.1:8080", service.url);
}

async function folderWithPicture(): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "hand.png"), await halves(200));
  return folder;
}

test("Node", async () => {
  const cwd = await folderWithPicture();
  await writeFile(join(cwd, "client.mjs"), example("js"));
  const { stdout } = await execute(process.execPath, ["client.mjs"], { cwd });
  expect(stdout).toBe("140\n");
});

test("Python", async (context) => {
  const python = await pythonWith("requests-2", [["requests>=2.31,<3"]]);
  if ("missing" in python) return context.skip(`Python with requests: ${python.missing}`);
  const folder = await folderWithPicture();
  const script = join(folder, "client.py");
  await writeFile(script, example("python").replace('"hand.png"', JSON.stringify(join(folder, "hand.png"))));
  expect((await python.run(script)).trim()).toBe("140");
});
