#!/usr/bin/env node
// CommonJS, because libuv's thread pool is made when the first ES module is read: its size must be set before that.
// sharp decodes on it, so it needs a thread a core; the default is 4.
process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, require("node:os").availableParallelism()));
// In a job SIGUSR1 says that the time limit is near, and may come while the program is still being read: it is kept until
// somebody listens. Node would take it for a wish to debug.
if (process.env.SLURM_JOB_ID !== undefined) {
  process.on("SIGUSR1", () => {
    if (process.listenerCount("SIGUSR1") === 1)
      setTimeout(() => process.kill(process.pid, "SIGUSR1"), 100).unref();
  });
}
void import("./cli.js").then(({ main }) => main(process.argv));
