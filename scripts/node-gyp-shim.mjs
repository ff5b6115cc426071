#!/usr/bin/env node
/** prebuildify drives node-gyp; this answers as node-gyp and drives cmake-js. Its arguments say nothing that we need. */
import { join } from "node:path";
import { cmakeJs } from "./build-native.mjs";
import { runAsScript } from "./steps.mjs";

const { DEEPLASIA_PREBUILD_LIBTORCH: directory, DEEPLASIA_PREBUILD_CXX: compiler } = process.env;
await runAsScript(import.meta.url, () =>
  cmakeJs({ directory }, { out: join(process.cwd(), "build"), compiler }),
);
