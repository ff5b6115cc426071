#!/usr/bin/env node
// CommonJS, because libuv's thread pool is made when the first ES module is read: its size must be set before that.
// sharp decodes on it, so it needs a thread a core; the default is 4.
process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, require("node:os").availableParallelism()));
void import("./cli.js").then(({ main }) => main(process.argv));
