/** Every option and operand of the command line that is a path, with every kind of path that cannot be used. */
import { execFile } from "node:child_process";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { declaredCommands } from "../../src/commands/completion/declared.js";
import { cacheDirectory } from "../../src/libtorch/buildCache.js";
import { createProgram } from "../../src/program.js";
import { withPermissions } from "./permissions.js";
import { halves, writeCohort } from "./pictures.js";
import { fixture, projectRoot } from "./testData.js";

/** Bad paths by kind, in a folder that `makePlaces` filled. `/proc` has folders, but takes none. */
const BAD_PATHS: Readonly<Record<string, (folder: string) => string>> = {
  "in a folder that may not be entered": (folder) => join(folder, "locked/inside/x"),
  "without permission to read": (folder) => join(folder, "secret"),
  "a circle of links": (folder) => join(folder, "loop"),
  "with a name that is too long": (folder) => join(folder, "n".repeat(300)),
  "below a file": (folder) => join(folder, "plain/x"),
  "with a NUL": (folder) => join(folder, "a\0b"),
  empty: () => "",
  "where no folder can be made": () => "/proc/foo/a",
};

export async function makePlaces(folder: string): Promise<void> {
  const bytes = await halves(200);
  await writeCohort(folder, [
    { image: "a.png", bytes, sex: "M" },
    { image: "b.png", bytes, age: "90" },
    { image: "c.png", bytes, age: "80" },
  ]);
  await mkdir(join(folder, "locked/inside/x"), { recursive: true });
  for (const name of ["secret", "plain"]) await writeFile(join(folder, name), "x");
  await symlink("loop", join(folder, "loop"));
  await writeFile(join(folder, "splits.csv"), "patient_ID,dir,split\n0,a,train\n1,a,val\n2,a,train\n");
  const predictions = "image_ID,dir,sex,pred_bone_age\na.png,a,1.0,100\nb.png,a,0.0,90\n";
  for (const name of ["one.csv", "two.csv"]) await writeFile(join(folder, name), predictions);
  // What is there stays as it is, whatever is given as an output.
  for (const path of [join(folder, "images"), join(folder, "images/a")]) await chmod(path, 0o555);
  for (const path of ["locked", "secret"]) await chmod(join(folder, path), 0);
  await writeFile(join(folder, "cases.json"), "[]");
  await mkdir(join(folder, "out"));
  await chmod(folder, 0o555);
}

/** A command line for each command that comes as far as its paths; `out` is a place for what it writes. */
function commandLines(folder: string, out: string): Record<string, string[][]> {
  const model = fixture("models/mean-plus-sex.pt");
  const cohort = join(folder, "cohort.csv");
  const images = join(folder, "images");
  const csvs = [join(folder, "one.csv"), join(folder, "two.csv")];
  const rows = ["--annotation_csv", cohort, "--img_dir", images];
  const splits = ["--split_csv", join(folder, "splits.csv"), "--split_column=split", "--split_name=train"];
  const train = [`--data.annotation_path=${cohort}`, `--data.split_path=${join(folder, "splits.csv")}`];
  return {
    predict: [["predict", ...rows, ...splits, "--overwrite", "--ckp_path", model, "-o", join(out, "p.csv")]],
    mask: [["mask", ...rows, ...splits, "-o", join(out, "masks")]],
    merge: [["merge", join(out, "p.csv")]],
    ensemble: [["ensemble", ...csvs, "-o", join(out, "e.csv")]],
    evaluate: [
      ["evaluate", csvs[0]!, ...rows.slice(0, 2), "--out", join(out, "evaluation"), "--overwrite"],
      ["evaluate", ...rows, ...splits, "--out", join(out, "model"), "--overwrite", "--ckp_path", model],
    ],
    calibrate: [["calibrate", model, ...rows, "--out", join(out, "site.pt"), "--overwrite"]],
    compare: [["compare", ...csvs, ...rows.slice(0, 2), "--out", join(out, "comparison")]],
    serve: [["serve", "--port=0", "--model", model]],
    app: [["app", "--address-only", "--model", model]],
    "models get": [["models", "get", "none"]],
    "models add": [["models", "add", folder, "--name=hands"]],
    "models show": [["models", "show", "none"]],
    "models remove": [["models", "remove", "none"]],
    convert: [["convert", fixture("checkpoints/protocol2.pt"), join(out, "c.pt")]],
    init: [["init", "--out", join(out, "i.pt"), "--overwrite"]],
    inspect: [["inspect", model]],
    "manifest write": [["manifest", "write", model, "--out", join(out, "m.pt")]],
    train: [
      [
        "train",
        ...train,
        "--data.split_column=split",
        `--data.img_dir=${images}`,
        "--data.mask_dirs=[]",
        `--root_dir=${out}`,
        ...[
          "--trainer.max_epochs=1",
          "--data.train_batch_size=2",
          "--data.use_cache=true",
          "--data.input_size",
          "1",
          "32",
          "32",
        ],
      ],
    ],
    "cohort import rsna": [["cohort", "import", "rsna", folder, "--out", join(out, "r.csv")]],
    "cohort import dha": [["cohort", "import", "dha", folder, "--out", join(out, "d.csv")]],
    "cohort import dicom": [["cohort", "import", "dicom", folder, "--out", join(out, "x.csv")]],
    "cohort import generic": [
      [
        "cohort",
        "import",
        "generic",
        cohort,
        "--overwrite",
        "--map=image=image_ID,sex=sex,age=bone_age,unit=months",
      ].concat(["--out", join(out, "g.csv")]),
    ],
    "cohort split": [["cohort", "split", cohort, "--out", join(out, "s.csv")]],
    "cohort check": [["cohort", "check", cohort, "--img_dir", images]],
    pack: [["pack", ...rows, "--overwrite", "--ckp_path", model, "--out", join(out, "c.pack")]],
    "augment-preview": [["augment-preview", ...rows, ...splits, "--out", join(out, "sheet.png")]],
    phantom: [["phantom", "--n=1", "--sizes=200", "--out", join(out, "phantoms")]],
    "slurm submit": [["slurm", "submit", "--dry-run", "phantom", "--n=1", "--out", join(out, "phantoms")]],
    "slurm status": [["slurm", "status", folder]],
    "slurm cancel": [["slurm", "cancel", folder]],
    "slurm logs": [["slurm", "logs", folder]],
    "slurm requeue": [["slurm", "requeue", folder, "--exit-status=0"]],
    "libtorch install": [["libtorch", "install", "--from", fixture("models/traced.pt")]],
  };
}

export interface Case {
  args: string[];
  path: string;
  kind: string;
  option: string;
}

/** Services read this file only for older checkpoints; with other models they would run until they are stopped. */
const UNREAD = ["serve --parameters", "app --parameters"];

const COMMANDS = declaredCommands(await createProgram());

/** Each path option of each command in turn is bad, in each way. */
export function pathCases(folder: string): Case[] {
  const lines = commandLines(folder, join(folder, "out"));
  const picture = join(folder, "images/a/a.png");
  const isPath = (takes: unknown) => takes === "file" || takes === "folder";
  return COMMANDS.flatMap(({ path: command, options, operand }) => {
    const flags = options
      .filter(({ takes }) => isPath(takes))
      .map(({ names }) => names.at(-1)!)
      .filter((flag) => !UNREAD.includes(`${command} ${flag}`));
    if (flags.length === 0 && !isPath(operand)) return [];
    const given = lines[command];
    if (given === undefined) throw new Error(`no command line for ${command}`);
    return Object.entries(BAD_PATHS).flatMap(([kind, bad]) => {
      const path = bad(folder);
      const ofFlag = (flag: string) => given.map((line) => withFlag(line, flag, path));
      return [
        ...flags.flatMap((flag) =>
          ofFlag(flag).map((args) => ({ args, path, kind, option: `${command} ${flag}` })),
        ),
        ...(isPath(operand)
          ? [{ args: withOperand(given[0]!, command, path, picture), path, kind, option: command }]
          : []),
      ];
    });
  });
}

/** The line with that value for a flag, in the place of the one that it had. */
function withFlag(line: readonly string[], flag: string, value: string): string[] {
  const i = line.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  const rest = i === -1 ? line : line.filter((_, j) => j !== i && (j !== i + 1 || line[i]!.includes("=")));
  // Before the command that `slurm submit` carries.
  const end = rest[1] === "submit" ? 2 : rest.length;
  return [...rest.slice(0, end), `${flag}=${value}`, ...rest.slice(end)];
}

/** In the place of the first operand; pictures instead of a CSV, among others that are good. */
function withOperand(line: readonly string[], command: string, value: string, good: string): string[] {
  const at = command.split(" ").length;
  const rest = line.slice(at);
  if (command !== "predict" && command !== "augment-preview")
    return [...line.slice(0, at), value, ...rest.slice(1)];
  return [command, value, good, ...rest.filter((_, i) => !/annotation_csv|cohort.csv$/.test(rest[i]!))];
}

export interface Outcome {
  code: number;
  stderr: string;
}

/** What each command line ends with; where we are root, without root's right to everything. */
export async function runCases(cases: readonly { args: string[] }[], folder: string): Promise<Outcome[]> {
  const file = join(folder, "cases.json");
  await writeFile(file, JSON.stringify(cases.map(({ args }) => args)));
  const program = [join(projectRoot, "test/helpers/pathMatrix.mjs"), join(projectRoot, "dist/cli.js"), file];
  const { stdout } = await promisify(execFile)(...withPermissions(process.execPath, program), {
    cwd: folder,
    maxBuffer: 1 << 28,
    env: { ...process.env, HOME: folder, DEEPLASIA_CACHE: cacheDirectory(), COLUMNS: "80" },
  });
  return JSON.parse(stdout);
}
