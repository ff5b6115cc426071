/** `app`: the page of the service in the user's browser, until Ctrl-C. */
import { once } from "node:events";
import type { Command } from "commander";
import { DISCLAIMER } from "../about.js";
import { APP_GROUPS, appFlags } from "../options/app.js";
import { addOptions, readOptions } from "../options/flags.js";
import { startApp } from "../service/startApp.js";
import { commandLogger } from "./commandLogger.js";
import { ensureLibtorch } from "./ensureLibtorch.js";
import { EXIT } from "./exit.js";
import { helpText, shortenHelp } from "./help.js";
import { openBrowser } from "./openBrowser.js";
import { referenceParameters } from "./referenceDefaults.js";
import { stopSignal } from "./signals.js";

const HELP = `
Examples:
  deeplasia-native app
  deeplasia-native app --model model.pt --predict-sex sex.pt

The page takes pictures (PNG, JPEG, TIFF, DICOM) and shows their bone ages. Only this computer reaches it, pictures do not
leave it, and nothing is stored. Without a model it uses the bundled one, whose numbers mean nothing for people.

Ctrl-C ends it.

${DISCLAIMER}`;

export function defineApp(command: Command): void {
  command.action((parsed: Record<string, unknown>) => app(parsed));
  for (const [group, shape] of Object.entries(APP_GROUPS)) addOptions(command, shape, group);
  shortenHelp(command, ["model", "predict-sex", "port", "address-only", "device", "yes"]);
  command.addHelpText("after", helpText(HELP));
}

async function app(parsed: Record<string, unknown>): Promise<void> {
  const { yes, addressOnly, ...options } = readOptions(appFlags, parsed);
  const logger = commandLogger({ source: "app" });
  await ensureLibtorch({ yes });
  logger.info(DISCLAIMER);
  const stop = stopSignal(logger);
  logger.info("loading the models …");
  const { address, close } = await startApp({ ...options, ...(await referenceParameters()) });
  const isOpen = !addressOnly && (await openBrowser(address));
  logger.info(
    isOpen
      ? "the page is open in your browser; if you do not see it, open this address:"
      : "open this address in a browser on this computer:",
  );
  process.stdout.write(`${address}\n`);
  if (!isOpen && process.env.SSH_CONNECTION !== undefined)
    logger.info(`from your own computer, first: ${forwarding(address)}`);
  logger.info("leave this window open while you use the page; Ctrl-C ends the program");
  if (!stop.signal.aborted) await once(stop.signal, "abort");
  await close();
  process.exitCode = EXIT.done;
}

/** The command that makes this computer's port one of the user's own. */
function forwarding(address: string): string {
  const { host, port } = new URL(address);
  return `ssh -L ${port}:${host} <this computer>`;
}
