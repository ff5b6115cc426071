/**
 * The command line in few files: `dist/cli.js` and what it imports, in `dist/cli/`. Node takes longer to find and read the 500
 * small files that a command needs than it takes to run them. What else imports `dist/` finds every file as it was.
 */
import { dirname, join, relative } from "node:path";
import { root, runAsScript } from "./steps.mjs";

const DIST = join(root, "dist");
/** Packages of many small files, or that every command needs. Others stay what they are: some have native code or workers. */
const BUNDLED = /^(commander|csv-parse|csv-stringify|yaml|zod)(\/|$)/;

/** A file that looks for its neighbours finds them from wherever its code is put. */
const keepUrls = {
  name: "keep-urls",
  transform(code, id) {
    if (!id.startsWith(DIST) || !code.includes("import.meta.url")) return null;
    return code.replaceAll("import.meta.url", `__urlInDist(${JSON.stringify(relative(DIST, id))})`);
  },
  renderChunk(code, chunk) {
    const place = (file) => relative(dirname(chunk.fileName), file);
    return code.replaceAll(
      /__urlInDist\("([^"]+)"\)/g,
      (_, file) => `new URL(${JSON.stringify(place(file))}, import.meta.url).href`,
    );
  },
};

export async function bundleProgram() {
  // Imported only now: the set-up imports this file before the packages are installed.
  const { build } = await import("vite");
  await build({
    configFile: false,
    root,
    logLevel: "warn",
    plugins: [keepUrls],
    publicDir: false,
    ssr: { noExternal: [BUNDLED] },
    build: {
      ssr: "dist/cli.js",
      outDir: "dist",
      emptyOutDir: false,
      target: "node20",
      license: { fileName: "cli/licences.txt" },
      rolldownOptions: { output: { entryFileNames: "cli.js", chunkFileNames: "cli/[name]-[hash].js" } },
    },
  });
}

await runAsScript(import.meta.url, bundleProgram);
