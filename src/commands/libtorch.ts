/** `libtorch install|list|remove`. */
import type { Command } from "commander";
import { z } from "zod";
import { preferredVersion } from "../libtorch/addon.js";
import { cacheDirectory } from "../libtorch/buildCache.js";
import { describeSearch } from "../libtorch/describeSearch.js";
import { removeLibtorch } from "../libtorch/installLibtorch.js";
import { installFlags } from "../libtorch/installOptions.js";
import { listLibtorch } from "../libtorch/listLibtorch.js";
import { addOptions, readOptions } from "../options/flags.js";
import { confirmInstall, installWithProgress, isInteractive } from "./installWithProgress.js";

const askOptions = z.strictObject({
  yes: z.boolean().default(false).meta({ description: "do not ask", short: "y" }),
});

export function defineLibtorch(libtorch: Command): void {
  const install = libtorch
    .command("install")
    .description("download libtorch through pip into the package's cache; no Python environment is touched")
    .action(installCommand);
  addOptions(install, { ...installFlags.shape, ...askOptions.shape }, "Options:");
  libtorch
    .command("list")
    .description("list every libtorch that is found, which one is used, and why")
    .action(() => console.log(describeSearch(listLibtorch()).join("\n")));
  libtorch
    .command("remove")
    .description("remove every libtorch from the package's cache, and nothing else")
    .action(removeCommand);
}

async function installCommand(parsed: Record<string, unknown>): Promise<void> {
  const { yes } = readOptions(askOptions, parsed);
  const { version = preferredVersion(), ...options } = readOptions(installFlags, parsed);
  const asks = options.from === undefined && !yes && isInteractive();
  if (asks && !(await confirmInstall(version, options.cuda))) return;
  const { directory, wasPresent } = await installWithProgress({ ...options, version });
  console.log(`${wasPresent ? "already there" : "installed"}: ${directory}`);
}

async function removeCommand(): Promise<void> {
  const removed = await removeLibtorch();
  const lines = removed.map((path) => `removed ${path}`);
  console.log(lines.length === 0 ? `nothing in ${cacheDirectory()}` : lines.join("\n"));
}
