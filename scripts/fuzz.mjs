/**
 * `npm run fuzz`: libFuzzer with AddressSanitizer and UBSan on the readers of checkpoints, or with `--target png` on the
 * decoder of PNGs, for ten minutes or `--seconds N`. Needs clang++ with its run-time libraries (Debian: clang, libclang-rt-14-dev), or another in $CXX.
 * It starts from the small fixtures and keeps what it finds out in build-fuzz; a finding is written to
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

/** No input may take five seconds, or memory beyond what a file of that size justifies. */
const LIMITS = ["-timeout=5", "-malloc_limit_mb=64", "-rss_limit_mb=1024"];

/** Where CMakeLists.txt too looks for zlib.h; without it, the compiler's own folders remain. */
const NODE_HEADERS = resolve(process.execPath, "../../include/node");

/** What each target is made of, the files that it starts from, and the longest input, bytes. */
const TARGETS = {
  checkpoint: {
    folders: ["native/bytes", "native/checkpoint"],
    seeds: ["test/fixtures/checkpoints", "test/fixtures/parity/checkpoints"],
    longest: 16384,
  },
  png: { folders: ["native/png"], seeds: ["test/fixtures/pictures"], longest: 1024 },
};

async function build(name, program) {
  const readers = TARGETS[name].folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith(".cc"))
      .map((file) => `${folder}/${file}`),
  );
  // Only code that asks before runs what AVX2 made.
  const simd = name === "png" && process.arch === "x64" ? ["-mavx2"] : [];
  await run(process.env.CXX ?? "clang++", [
    ...[...FLAGS, ...simd, "-Inative", "-isystem", NODE_HEADERS, `native/fuzz/${name}_fuzz.cc`, ...readers],
    ...["-o", program, "-l:libz.so.1"],
  ]);
}

await runAsScript(import.meta.url, async () => {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "600" },
      target: { type: "string", default: "checkpoint" },
    },
  });
  const { target } = values;
  if (!(target in TARGETS)) throw new Error(`--target ${target}: give ${Object.keys(TARGETS).join(" or ")}`);
  const folder = join(root, "build-fuzz");
  const corpus = join(folder, target === "checkpoint" ? "corpus" : `corpus-${target}`);
  mkdirSync(corpus, { recursive: true });
  const program = join(folder, `${target}_fuzz`);
  await build(target, program);
  const longest = `-max_len=${TARGETS[target].longest}`;
  const time = `-max_total_time=${values.seconds}`;
  const findings = `-artifact_prefix=${folder}/`;
  await run(program, [
    corpus,
    ...TARGETS[target].seeds,
    ...LIMITS,
    longest,
    time,
    findings,
    "-print_final_stats=1",
  ]);
});
