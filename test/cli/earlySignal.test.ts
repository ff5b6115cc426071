import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCli } from "../helpers/cli.js";
import { halves } from "../helpers/pictures.js";
import { temporaryFolder, writeTree } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

/** Whether something listens where Node's inspector would. */
const isInspectorOpen = () =>
  new Promise<boolean>((resolve) => {
    const socket = connect(9229, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    }).on("error", () => resolve(false));
  });

describe("a SIGUSR1 while the program starts", () => {
  test.each([0, 20, 40, 60, 80, 120, 200, 400])(
    "after %s ms is obeyed, and opens nothing",
    async (milliseconds) => {
      const folder = await writeTree(await temporaryFolder(), { "a.png": await halves(200) });
      const picture = join(folder, "a.png");
      const args = ["predict", ...Array(40).fill(picture), "--sex=F", "-m", fixture("models/slow.pt")];
      const open: Promise<boolean>[] = [];
      const look = setInterval(() => open.push(isInspectorOpen()), 300);
      const ended = await runCli(args, { killAfter: { milliseconds, signal: "SIGUSR1" } });
      clearInterval(look);
      // Before Node has set up anything, its process dies of the signal like any other.
      expect(ended.signal ?? ended.code).toBe(ended.signal === null ? 138 : "SIGUSR1");
      expect((await Promise.all(open)).filter(Boolean)).toEqual([]);
    },
  );

  test("in the doctor of a job is kept: the command is not begun, and the job is queued again", async () => {
    const env = {
      // No SLURM answers here, whether or not this machine has one: the checks fail.
      PATH: await temporaryFolder(),
      SLURM_JOB_ID: "7",
      SLURM_PROCID: "0",
      SLURM_NTASKS: "1",
      SLURM_STEP_ID: "0",
      SLURM_LOCALID: "0",
    };
    const { code, stdout } = await runCli(["slurm", "doctor", "predict", "a.png"], {
      env,
      killAfter: { milliseconds: 1000, signal: "SIGUSR1" },
    });
    expect(stdout).toMatch(/signals/);
    expect([138, 2]).toContain(code);
  });
});
