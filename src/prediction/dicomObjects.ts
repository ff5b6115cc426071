/**
 * `dicomOut`: for each predicted DICOM file a report and an annotated copy in its study, `<dir>/<picture>.sr.dcm` and
 * `.sc.dcm` below a folder. They are written before their row is, so a resumed run writes none of a row that it keeps.
 */
import { readFile } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { silentLogger } from "../console/logger.js";
import { isFailedSample, type ReadySample, type Sample } from "../data/sample.js";
import { copyInWorker, makeObjectsInWorker } from "../dicom/decoderPool.js";
import type { GreyPicture } from "../dicom/objects/annotatedCopy.js";
import type { Mask } from "../dicom/objects/finding.js";
import { DeeplasiaError } from "../errors.js";
import { outputError } from "../files/outputError.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import { plural } from "../plural.js";
import type { AnyPrediction } from "../predictionFiles/columns.js";
import { isFailure } from "../records/record.js";
import { Semaphore } from "../semaphore.js";
import type { CohortBlock, KeepPicture } from "./cohortBlocks.js";
import type { CohortRun } from "./cohortRun.js";
import { findingOf } from "./findingOf.js";
import type { Members } from "./members.js";
import { reducedMask } from "./reducedMask.js";

type ObjectOptions = Pick<CohortRun, "dicomOut" | "numWorkers" | "logger">;

/** Null where none are asked for. */
export const dicomObjectsOf = (members: Members, options: ObjectOptions): DicomObjects | null =>
  options.dicomOut === undefined ? null : new DicomObjects(options.dicomOut, members, options);

const NONE: ReadonlySet<number> = new Set();

/** A picture and its mask as they were predicted, small. */
interface Used {
  picture: GreyPicture;
  mask: Mask | null;
}

class DicomObjects {
  private written = 0;
  private others = 0;
  private readonly problems: string[] = [];
  private readonly used = new Map<Sample, Used>();
  private readonly room: Semaphore;

  constructor(
    private readonly folder: string,
    private readonly members: Members,
    private readonly options: ObjectOptions,
  ) {
    this.room = new Semaphore(options.numWorkers);
  }

  /** Keeps a DICOM picture and its mask, at the size of a copy, until its row is written. */
  readonly keepPicture: KeepPicture = async (sample, { picture, mask }) => {
    if (picture.patient === undefined) return;
    this.used.set(sample, {
      picture: await copyInWorker(picture),
      mask: mask === null ? null : await reducedMask(mask),
    });
  };

  /**
   * Writes those of a block, but for the rows at the positions of `kept`. A file that an object cannot refer to has none,
   * and is counted.
   *
   * @throws DeeplasiaError ERR_DEEPLASIA_OUTPUT; _USAGE where a picture lies below the folder, and might be written over.
   */
  async write({ samples, records, outcomes }: CohortBlock, kept = NONE): Promise<void> {
    const writing = samples.map(async (sample, i) => {
      const record = records[i]!;
      if (isFailedSample(sample) || isFailure(record) || kept.has(i)) return;
      if (outcomes[i]?.header == null) this.others += 1;
      else await this.room.run(() => this.writeRow(sample, record));
    });
    // All of them, so that nothing is being written when an error ends the run.
    for (const one of await Promise.allSettled(writing)) if (one.status === "rejected") throw one.reason;
    for (const sample of samples) this.used.delete(sample);
  }

  private async writeRow(sample: ReadySample, record: AnyPrediction): Promise<void> {
    const { imagePath: file, dir, imageId } = sample;
    requireOutside(this.folder, file);
    try {
      const { picture, mask } = this.used.get(sample)!;
      const finding = findingOf(record, this.members, mask);
      const { report, capture } = await makeObjectsInWorker(await readFile(file), finding, picture);
      // From the root, so that a name with `..` stays below the folder.
      const stem = join(this.folder, join("/", dir, imageId));
      await writeObject(`${stem}.sc.dcm`, capture);
      await writeObject(`${stem}.sr.dcm`, report);
      this.written += 1;
    } catch (error) {
      if (error instanceof DeeplasiaError && error.code === "ERR_DEEPLASIA_OUTPUT") throw error;
      this.problems.push(`${file}: ${(error as Error).message}`);
    }
  }

  /** Logs at the end what was written and what was not. */
  sum(): void {
    const { written, others, problems, folder } = this;
    const { logger = silentLogger } = this.options;
    if (written > 0)
      logger.info(`${folder}: reports and annotated copies of ${plural(written, "DICOM file")}`);
    if (others > 0)
      logger.warn(
        `${plural(others, "picture is", "pictures are")} not DICOM and ${others > 1 ? "have" : "has"} no report in ${folder}`,
      );
    if (problems.length > 0)
      logger.warn(
        `${plural(problems.length, "DICOM file has", "DICOM files have")} no report in ${folder}; the first: ${problems[0]}`,
      );
  }
}

function requireOutside(folder: string, file: string): void {
  const [first] = relative(resolve(folder), resolve(file)).split(sep);
  if (first === "..") return;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_USAGE",
    `the picture ${file} lies below \`dicomOut: "${folder}"\``,
    {
      file,
      remedy: "Give a folder of their own for the objects.",
    },
  );
}

async function writeObject(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFileAtomic(path, bytes);
  } catch (error) {
    throw outputError(error, path);
  }
}
