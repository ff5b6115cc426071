/**
 * Runs command lines one after the other in this process, as the program would: `node pathMatrix.mjs CLI CASES`, where CLI
 * is the built cli.js and CASES a JSON file with a list of argument lists. Prints a JSON list of exit codes and stderrs.
 */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [cliFile, casesFile] = process.argv.slice(2);
const { main } = await import(pathToFileURL(cliFile).href);
process.setMaxListeners(0);

const results = [];
const write = process.stdout.write.bind(process.stdout);
for (const args of JSON.parse(readFileSync(casesFile, "utf8"))) {
  let stderr = "";
  process.stdout.write = () => true;
  process.stderr.write = (text) => {
    stderr += text;
    return true;
  };
  process.exitCode = undefined;
  await main([process.execPath, "deeplasia-native", ...args]);
  results.push({ code: process.exitCode ?? 0, stderr });
  process.stdout.removeAllListeners("error");
  for (const signal of ["SIGINT", "SIGTERM", "SIGUSR1"]) process.removeAllListeners(signal);
}
process.stdout.write = write;
process.exitCode = 0;
process.stdout.write(JSON.stringify(results));
