/**
 * `npm run fuzz`: libFuzzer with AddressSanitizer and UBSan on the readers of checkpoints, for ten minutes or
 * `--seconds N`. Needs clang++ with its run-time libraries (Debian: clang, libclang-rt-14-dev), or another in $CXX.
 * It starts from the small fixtures and keeps what it finds out in build-fuzz/corpus; a finding is written to
 * build-fuzz and ends the run with an error.
 */
import { mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { root, run, runAsScript } from "./steps.mjs";

/** Instrumented for coverage and for both sanitizers; `-O1`, so that a trace has line numbers. */
const FLAGS = [
  "-std=c++20",
  "-O1",
  "-g",
  "-fsanitize=fuzzer,address,undefined",
  "-fno-sanitize-recover=undefined",
];

/** No input of `max_len` bytes may take five seconds, or memory beyond what a file of that size justifies. */
const LIMITS = ["-max_len=16384", "-timeout=5", "-malloc_limit_mb=64", "-rss_limit_mb=1024"];

/** Where CMakeLists.txt too looks for zlib.h; without it, the compiler's own folders remain. */
const NODE_HEADERS = resolve(process.execPath, "../../include/node");

async function build(target) {
  const readers = ["native/bytes", "native/checkpoint"].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".cc"))
      .map((name) => `${folder}/${name}`),
  );
  const sources = ["native/fuzz/checkpoint_fuzz.cc", ...readers];
  await run(process.env.CXX ?? "clang++", [
    ...[...FLAGS, "-Inative", "-isystem", NODE_HEADERS, ...sources],
    ...["-o", target, "-l:libz.so.1"],
  ]);
}

await runAsScript(import.meta.url, async () => {
  const { values } = parseArgs({ options: { seconds: { type: "string", default: "600" } } });
  const folder = join(root, "build-fuzz");
  const corpus = join(folder, "corpus");
  mkdirSync(corpus, { recursive: true });
  const target = join(folder, "checkpoint_fuzz");
  await build(target);
  const seeds = [corpus, "test/fixtures/checkpoints", "test/fixtures/parity/checkpoints"];
  const time = `-max_total_time=${values.seconds}`;
  await run(target, [...seeds, ...LIMITS, time, `-artifact_prefix=${folder}/`, "-print_final_stats=1"]);
});
