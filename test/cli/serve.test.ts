/** The command `serve`: its address on stdout, its log on stderr, its end by a signal. */
import { expect, test } from "vitest";
import { runCli } from "../helpers/cli.js";
import { modelFile } from "../helpers/model.js";
import { halves } from "../helpers/pictures.js";
import { post } from "../helpers/service.js";

const model = modelFile("mean-plus-sex");

test("SIGTERM among requests: each that was accepted is answered, and the exit code is 0", async () => {
  const file = await halves(200);
  let answers: Promise<number[]> | undefined;
  const { code, stdout, stderr } = await runCli(["serve", "--model", model, "--port", "0"], {
    onStderr: (text, kill) => {
      const [, url] = /"url":"([^"]+)".*"listening"/.exec(text) ?? [];
      if (url === undefined || answers !== undefined) return;
      // Each is either answered, or its connection was never accepted.
      const one = () =>
        post(`${url}/predict`, { file, sex: "f" }).then(
          ({ status }) => status,
          () => 0,
        );
      answers = one().then(async (first) => {
        const others = Array.from({ length: 30 }, one);
        kill("SIGTERM");
        return [first, ...(await Promise.all(others))];
      });
    },
  });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\n$/);
  const statuses = await answers!;
  expect(statuses[0]).toBe(200);
  for (const status of statuses) expect([0, 200, 503]).toContain(status);
  for (const line of stderr.split("\n").filter((text) => text.startsWith("{")))
    expect(JSON.parse(line)).toMatchObject({
      level: "info",
      msg: expect.stringMatching(/listening|request/),
    });
});

test("another address without a token is refused before a model is loaded", async () => {
  const { code, stderr } = await runCli(["serve", "--model", "none.pt", "--host", "0.0.0.0"], {
    env: { DEEPLASIA_TOKEN: "" },
  });
  expect(code).toBe(2);
  expect(stderr).toMatch(/--host.*other machines.*\n.*--token.*--insecure/);
});
