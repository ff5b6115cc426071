/** The page of the service (`src/page`) to `dist/page`: files that a browser reads as they are. */
import { join } from "node:path";
import { root, runAsScript } from "./steps.mjs";

export async function buildPage() {
  // Imported only now: the set-up imports this file before the packages are installed.
  const { build } = await import("vite");
  await build({
    configFile: false,
    root: join(root, "src/page"),
    // The service may lie below a path of a proxy.
    base: "./",
    logLevel: "warn",
    build: {
      outDir: join(root, "dist/page"),
      emptyOutDir: true,
      target: "es2022",
      // The service's policy allows no data: addresses and no scripts in the page itself.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      license: { fileName: "licences.txt" },
      reportCompressedSize: false,
    },
  });
}

await runAsScript(import.meta.url, buildPage);
