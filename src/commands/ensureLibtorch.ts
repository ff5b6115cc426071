/** The question that commands ask where no libtorch is found. */
import { compiledVersions, findAddon, preferredVersion } from "../libtorch/addon.js";
import { isNamed, pythonAnswered, requireLibtorch, searchLibtorch } from "../libtorch/searchLibtorch.js";
import { confirmInstall, installWithProgress, isInteractive } from "./installWithProgress.js";

/**
 * For commands that need libtorch: where none can be used, ask on a terminal whether to install one.
 *
 * @param yes Install without asking.
 * @throws DeeplasiaError with the command that installs it, if nobody can be asked or the answer is no.
 */
export async function ensureLibtorch({ yes = false, interactive = isInteractive() } = {}): Promise<void> {
  await pythonAnswered();
  const required = { versions: compiledVersions(findAddon()), headers: false };
  const { candidates, chosen } = searchLibtorch(required);
  if (chosen !== null) return;
  const last = candidates.at(-1);
  // A libtorch that the user named is for the user to correct.
  const mayInstall = last === undefined || !isNamed(last.source);
  const version = preferredVersion();
  if (mayInstall && (yes || (interactive && (await confirmInstall(version, false))))) {
    await installWithProgress({ version });
  }
  requireLibtorch(required);
}
