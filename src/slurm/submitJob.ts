/** Writes a job's script into a folder of its own and submits it. */
import { rm, rmdir, writeFile } from "node:fs/promises";
import { DeeplasiaError } from "../errors.js";
import { outputError } from "../files/outputError.js";
import { requireArrayFits } from "./arrays.js";
import { clusterSettings, slurm } from "./client.js";
import { type Job, jobScript } from "./jobScript.js";
import { makeRunDirectory, requireNameable, scriptIn, writeSubmission } from "./runDirectory.js";

/**
 * Submits a job in a new `runDirectory`. If SLURM refuses the job, removes the folder again.
 *
 * Throws ERR_DEEPLASIA_SLURM, ERR_DEEPLASIA_OPTION, ERR_DEEPLASIA_OUTPUT.
 */
export async function submitJob(
  job: Omit<Job, "runDirectory">,
): Promise<{ jobId: string; runDirectory: string }> {
  const { options, command, workingDirectory } = job;
  requireNameable(workingDirectory);
  const settings = await clusterSettings();
  const limit = Number(settings.get("MaxArraySize"));
  if (options.array !== undefined && limit > 0) requireArrayFits(options.array, limit);
  const runDirectory = await makeRunDirectory(options.runDir, options.jobName ?? command[0]!);
  const script = scriptIn(runDirectory);
  const jobId = await queue(jobScript({ ...job, runDirectory }), script).catch(async (error) => {
    await rm(script, { force: true });
    await rmdir(runDirectory);
    throw error;
  });
  const cluster = settings.get("ClusterName") ?? "";
  const submitted = new Date().toISOString();
  const facts = {
    version: 1 as const,
    jobId,
    cluster,
    command: [...command],
    workingDirectory,
    script,
    submitted,
  };
  await writeSubmission(runDirectory, facts).catch((error: DeeplasiaError) => {
    throw new DeeplasiaError(error.code, `${error.message}; job ${jobId} is submitted nevertheless`, {
      file: error.file,
      remedy: `${error.remedy} \`scancel ${jobId}\` cancels the job.`,
      cause: error,
    });
  });
  return { jobId, runDirectory };
}

async function queue(text: string, script: string): Promise<string> {
  try {
    await writeFile(script, text);
  } catch (error) {
    throw outputError(error, script);
  }
  // sbatch prints `12` or `12;cluster`.
  return (await slurm("sbatch", ["--parsable", script])).trim().split(";")[0]!;
}
