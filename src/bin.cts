#!/usr/bin/env node
// This handler comes first, because by default Node opens a debugger's port at SIGUSR1. On a cluster SIGUSR1 means that the
// time limit is near, and it may arrive while the program is still loading. It is remembered until the command asks for it.
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
