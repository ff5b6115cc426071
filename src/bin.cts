#!/usr/bin/env node
// First of all, or Node takes SIGUSR1 for a wish to debug and opens a port: on a cluster it says that the time limit is
// near, and may come while the program is still being read. It is kept until somebody asks.
let isTold = false;
process.on("SIGUSR1", () => {
  isTold = true;
});
// Closed at once it would be opened again: Node answers the signal in two ways, the second in the event loop's first turn.
setImmediate(closeInspector);
// CommonJS, because libuv's thread pool is made when the first ES module is read: its size must be set before that.
// sharp decodes on it, so it needs a thread a core; the default is 4.
process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, require("node:os").availableParallelism()));
void import("./cli.js").then(({ main }) => {
  closeInspector();
  return main(process.argv, () => isTold);
});

/** Node opens it for a signal that comes before this file is read. */
function closeInspector(): void {
  const inspector: typeof import("node:inspector") = require("node:inspector");
  const isAsked = /--inspect/.test(`${process.execArgv.join(" ")} ${process.env.NODE_OPTIONS}`);
  if (isAsked || inspector.url() === undefined) return;
  inspector.close();
  isTold = true;
}
