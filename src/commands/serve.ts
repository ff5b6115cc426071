/** `serve`: the service until a signal stops it. */
import { once } from "node:events";
import type { Command } from "commander";
import { DISCLAIMER } from "../about.js";
import { BUNDLED_WARNING } from "../model/bundled.js";
import { addOptions, readOptions } from "../options/flags.js";
import { SERVE_GROUPS, serveFlags } from "../options/serve.js";
import { serve as startService } from "../service/serve.js";
import { commandLogger } from "./commandLogger.js";
import { ensureLibtorch } from "./ensureLibtorch.js";
import { EXIT } from "./exit.js";
import { helpText, shortenHelp } from "./help.js";
import { referenceParameters } from "./referenceDefaults.js";
import { stopSignal } from "./signals.js";

const HELP = `
Examples:
  deeplasia-native serve --model model.pt
  deeplasia-native serve --model hands=hands.pt all=a.pt,b.pt,c.pt --predict-sex sex.pt --port 9000
  DEEPLASIA_TOKEN=$(openssl rand -hex 32) deeplasia-native serve --model model.pt --host 0.0.0.0

POST /predict takes a form with file, sex and use_mask; / is a page for people, /openapi.json describes everything. The
address is printed on stdout once the service is ready, the log on stderr.

SIGTERM and Ctrl-C stop it: nothing new is accepted, all that was accepted is answered, and the exit code is 0. A second
signal ends it at once.

${DISCLAIMER}`;

export function defineServe(command: Command): void {
  command.action((parsed: Record<string, unknown>) => serve(parsed));
  for (const [group, shape] of Object.entries(SERVE_GROUPS)) addOptions(command, shape, group);
  shortenHelp(command, MOST_USED);
  command.addHelpText("after", helpText(HELP));
}

const MOST_USED = [
  ...["model", "predict-sex", "mask-model", "host", "port", "token", "insecure", "batch_size", "max-wait-ms"],
  ...["queue-size", "max-bytes", "device", "log-level", "yes"],
];

async function serve(parsed: Record<string, unknown>): Promise<void> {
  const {
    yes,
    token = process.env.DEEPLASIA_TOKEN || undefined,
    ...options
  } = readOptions(serveFlags, parsed);
  const logger = commandLogger({ source: "serve" });
  await ensureLibtorch({ yes });
  logger.info(DISCLAIMER);
  if (options.model === undefined) logger.warn(BUNDLED_WARNING.replace("`model`", "--model"));
  const stop = stopSignal(logger);
  const service = await startService({ ...options, token, ...(await referenceParameters()) });
  process.stdout.write(`${service.url}\n`);
  if (!stop.signal.aborted) await once(stop.signal, "abort");
  await service.close();
  process.exitCode = EXIT.done;
}
