/** The files of the page, read into memory when the service starts: no request names a file of this machine. */
import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../page", import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".webmanifest": "application/manifest+json",
  ".json": "application/json; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
};

export interface PageFile {
  type: string;
  bytes: Buffer;
}

const PLACEHOLDER = `<!doctype html><html lang="en"><title>deeplasia-native</title><h1>deeplasia-native</h1>
<p>The service runs; its page was not built. <a href="openapi.json">openapi.json</a> describes it.</p></html>
`;

/** By their address: `/` for index.html. */
export async function pageFiles(folder = FOLDER): Promise<Map<string, PageFile>> {
  const files = new Map<string, PageFile>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const address = `/${relative(folder, path).split(sep).join("/")}`;
    files.set(address === "/index.html" ? "/" : address, { type, bytes: await readFile(path) });
  }
  if (!files.has("/")) files.set("/", { type: TYPES[".html"]!, bytes: Buffer.from(PLACEHOLDER) });
  return files;
}
