/** `npm run quickstart -- MODEL PICTURES|CSV [flags of predict]`: set-up, then predictions. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setup } from "./setup.mjs";
import { root, runAsScript } from "./steps.mjs";

const USAGE = `
The package is set up. No model and no radiographs are bundled yet: quickstart takes yours.

  npm run quickstart -- MODEL.pt hand.png --sex F
  npm run quickstart -- MODEL.pt radiographs/ --sex-from cohort.csv
  npm run quickstart -- MODEL.pt cohort.csv --img_dir images --mask_dirs masks

MODEL.pt is a TorchScript module with its contract (see the README); all further flags go to \`predict\`.`;

async function quickstart() {
  const [model, pictures, ...flags] = process.argv.slice(2);
  await setup();
  if (model === undefined || pictures === undefined) {
    console.error(USAGE);
    return;
  }
  const isCohort = pictures.endsWith(".csv");
  const cohort = isCohort ? ["--annotation_csv", pictures] : [pictures];
  const namesOutput = flags.some((flag) => /^(-o|--output[-_]path)/.test(flag));
  const output = isCohort && !namesOutput ? ["--output_path", "-"] : [];
  const command = [
    join(root, "dist/bin.cjs"),
    "predict",
    `--ckp_path=${model}`, // with a blank it would take the names that follow for models too
    ...cohort,
    ...output,
    ...flags,
  ];
  process.exitCode = spawnSync(process.execPath, command, { stdio: "inherit" }).status ?? 1;
}

await runAsScript(import.meta.url, quickstart);
