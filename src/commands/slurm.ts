/** `slurm`: jobs of a SLURM cluster that run another command of this program. */
import type { Command } from "commander";
import { addOptions } from "../options/flags.js";
import { logsOptions, requeueOptions, SUBMIT_GROUPS } from "../options/slurm.js";
import { helpText } from "./help.js";
import { cancelCommand, logsCommand, statusCommand } from "./slurmFolder.js";
import { doctorCommand, requeueCommand } from "./slurmJob.js";
import { submitCommand, templateCommand } from "./slurmSubmit.js";

const SUBMIT_HELP = `
Other options of sbatch are passed on by their long names, with = before a value: --exclusive, --gres=gpu:1,
--mail-type=END. The first word that is not an option begins the command for the job.

Examples:
  deeplasia-native slurm submit --time=8:00:00 --gpus-per-node=1 --cpus-per-task=8 --mem=32G \\
      train --config=my.yml --name=hands
  deeplasia-native slurm submit --array=0-15 --cpus-per-task=8 --setup="module load cuda" --exclusive \\
      predict --annotation_csv cohort.csv --img_dir images --output_path predictions.csv
  deeplasia-native slurm submit --dry-run train --config=my.yml`;

const DOCTOR_HELP = `
In a job it stands before the command: srun deeplasia-native slurm doctor train --config=my.yml
Outside of a job it checks the cluster. Exit code 2 if something is wrong.`;

const REQUEUE_HELP = `
For job scripts of your own, with #SBATCH --signal=USR1@90 --requeue --open-mode=append:
  trap : TERM
  srun deeplasia-native train --config=my.yml
  exec deeplasia-native slurm requeue . --exit-status=$?

Exit code: that of the command.`;

/** @param createProgram makes the whole program anew, to parse the command that a job shall run. */
export function defineSlurm(group: Command, createProgram: () => Promise<Command>): void {
  // Otherwise options of the job's command would be taken for options of `submit`.
  group.enablePositionalOptions();
  const submit = group
    .command("submit")
    .description("write a job's script into a folder of its own and submit it; prints the job's number")
    .argument("[command...]", "the command for the job with its options")
    .passThroughOptions()
    .allowUnknownOption()
    .addHelpText("after", helpText(SUBMIT_HELP))
    .action(async (words: string[], _parsed: unknown, command: Command) =>
      submitCommand(words, command, await createProgram()),
    );
  for (const [heading, shape] of Object.entries(SUBMIT_GROUPS)) addOptions(submit, shape, heading);
  group
    .command("template")
    .description("print a script to start from: training on one GPU, with pictures on the node's own disk")
    .action(async () => templateCommand(await createProgram()));
  const folder = (name: string, description: string) =>
    group.command(name).description(description).argument("<folder>", "the folder that `slurm submit` named");
  folder("status", "show the state of a submitted job").action(statusCommand);
  folder("cancel", "cancel a submitted job").action(cancelCommand);
  addOptions(
    folder("logs", "show the output of a submitted job").action(logsCommand),
    logsOptions.shape,
    "Options:",
  );
  group
    .command("doctor")
    .description("check a job before it reads anything: tasks, devices, signals, network, scratch")
    .argument("[command...]", "the command for the job with its options")
    .passThroughOptions()
    .addHelpText("after", helpText(DOCTOR_HELP))
    .action(async (words: string[]) => doctorCommand(words, await createProgram()));
  const requeue = folder(
    "requeue",
    "the last line of a job's script: requeue the job if its time limit ended it",
  )
    .addHelpText("after", helpText(REQUEUE_HELP))
    .action(requeueCommand);
  addOptions(requeue, requeueOptions.shape, "Options:");
}
