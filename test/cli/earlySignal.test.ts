import { writeFile } from "node:fs/promises";
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
    "after %s ms is obeyed, and leaves no inspector open",
    async (milliseconds) => {
      const folder = await writeTree(await temporaryFolder(), { "a.png": await halves(200) });
      const picture = join(folder, "a.png");
      const args = ["predict", ...Array(40).fill(picture), "--sex=F", "-m", fixture("models/slow.pt")];
      const open: Promise<boolean>[] = [];
      // Before the program's first line runs, Node answers the signal with its inspector; the program closes it.
      const onStderr = (text: string) => text.includes("SIGUSR1:") && open.push(isInspectorOpen());
      const ended = await runCli(args, { killAfter: { milliseconds, signal: "SIGUSR1" }, onStderr });
      // Before Node has set up anything, its process dies of the signal like any other.
      expect(ended.signal ?? ended.code).toBe(ended.signal === null ? 138 : "SIGUSR1");
      expect((await Promise.all(open)).filter(Boolean)).toEqual([]);
    },
  );

  test("in the doctor of a job is kept: the command is not begun, and the job is requeued", async () => {
    const bin = await temporaryFolder();
    // SLURM does not answer here; its command sends the signal while the doctor waits for it.
    await writeFile(join(bin, "scontrol"), "#!/bin/sh\nkill -USR1 $PPID\nexit 1\n", { mode: 0o755 });
    const job = { SLURM_JOB_ID: "7", SLURM_PROCID: "0", SLURM_NTASKS: "1" };
    const env = { ...job, SLURM_STEP_ID: "0", SLURM_LOCALID: "0", PATH: bin };
    const { code, stdout } = await runCli(["slurm", "doctor", "predict", "a.png"], { env });
    expect(stdout).toMatch(/requeue: .*scontrol/);
    expect(code).toBe(138);
  });
});
