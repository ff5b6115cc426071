import { compiledVersions, findAddon } from "./addon.js";
import { libraryToOpen } from "./checkLibtorch.js";
import { loadBootstrap } from "./loadCore.js";
import { askPythonAhead, searchLibtorch } from "./searchLibtorch.js";

/**
 * Begins to open libtorch while the program loads the rest of itself: the two take about as long. What fails here fails
 * again where libtorch is needed, and is reported there.
 */
export async function openLibtorchAhead(): Promise<void> {
  try {
    await askPythonAhead();
    const addon = findAddon();
    const { chosen } = searchLibtorch({ versions: compiledVersions(addon), headers: false });
    if (chosen !== null) loadBootstrap(addon).openAhead(libraryToOpen(chosen));
  } catch {}
}
