/** The user's browser. */
import { spawn } from "node:child_process";

/** A program that has not failed by then shows the page. */
const LONGEST_FAILURE_MS = 3000;

/** Programs that open an address: the user's choice, a desktop's, and that of Windows' subsystem for Linux. */
function openers({ BROWSER, DISPLAY, WAYLAND_DISPLAY, WSL_DISTRO_NAME }: NodeJS.ProcessEnv): string[] {
  const chosen = BROWSER?.split(":").filter((name) => name !== "") ?? [];
  // Without a display, xdg-open would start a browser for text in this terminal.
  const hasDisplay = DISPLAY !== undefined || WAYLAND_DISPLAY !== undefined;
  return [
    ...chosen,
    ...(WSL_DISTRO_NAME === undefined ? [] : ["wslview"]),
    ...(hasDisplay ? ["xdg-open"] : []),
  ];
}

/** Opens an address in a browser; false where none can be opened. */
export async function openBrowser(address: string, env = process.env): Promise<boolean> {
  for (const program of openers(env)) if (await starts(program, address)) return true;
  return false;
}

function starts(program: string, address: string): Promise<boolean> {
  return new Promise((resolve) => {
    // It outlives this program, whose Ctrl-C must not reach it.
    const child = spawn(program, [address], { detached: true, stdio: "ignore" });
    const timer = setTimeout(resolve, LONGEST_FAILURE_MS, true);
    child.on("error", () => resolve(false));
    child.on("exit", (code) => resolve(code === 0));
    child.unref();
    timer.unref();
  });
}
