/**
 * A block of pictures and all networks of a run: each picture is decoded once, goes through the image chain once for
 * each kind of input that the networks have, and networks with the same kind share the slots of one batch.
 */
import { isDeepStrictEqual } from "node:util";
import type { Sex } from "../data/annotations.js";
import { DeeplasiaError } from "../errors.js";
import { type Filled, fillSlots, type PictureSource, whyUnusable } from "../image/fillSlots.js";
import { imagePlan, type View } from "../image/imagePlan.js";
import { type PictureNote, PictureNotes } from "../image/pictureNotes.js";
import type { ReadPicture } from "../image/readPicture.js";
import type { BoneAgeModel } from "../model/model.js";
import { type BatchHandle, type ImagePlan, native } from "../native.js";
import type { Logger } from "../report/log.js";
import { Forward, type SlotOutput } from "./forward.js";
import { type ForwardLimits, forwardSize } from "./forwardSize.js";
import { interpret, type Reading } from "./months.js";
import { Semaphore } from "./semaphore.js";
import { sexOf } from "./sexModel.js";

export interface BlockOptions extends ForwardLimits {
  /** Each network is given each of them; the sex model the first. */
  views: readonly View[];
  /** Pictures that are decoded and preprocessed at once. */
  numWorkers: number;
  /** Says the sex of a child where nobody else does. */
  sexModel?: BoneAgeModel | undefined;
  /** How files become pictures: with a cache, or each time anew. */
  read?: ReadPicture | undefined;
  logger?: Logger | undefined;
}

export interface Subject {
  source: PictureSource;
  /** Null where it is not known. */
  sex: Sex | null;
}

/** What was found out about one subject. */
export interface Outcome {
  /** The sex that the networks were given. */
  sex: Sex | null;
  sexPredicted: boolean;
  /** What each network says, or why it says nothing; in the order of the networks, and of the views of each. */
  readings: (Reading | DeeplasiaError)[];
  /** What is worth knowing of the picture. */
  notes: readonly PictureNote[];
}

/** A subject in work. */
interface Row extends Outcome {
  slot: number;
  /** The picture in each kind of input. */
  filled: Filled[];
  /** Why its sex cannot be predicted. */
  sexError?: DeeplasiaError;
}

/** A network with one of its views, and which of the kinds of input it takes. */
interface Lane {
  forward: Forward;
  plan: number;
}

export class BlockPredictor {
  private readonly pictures: Semaphore;
  private readonly notes: PictureNotes;
  /** The kinds of input. Those after the first `memberPlans` are for the sex model alone. */
  private readonly plans: ImagePlan[] = [];
  private readonly memberPlans: number;
  private readonly members: Lane[];
  private readonly sexLane: Lane | null;
  private readonly idleBatches: BatchHandle[][] = [];

  constructor(
    models: readonly BoneAgeModel[],
    private readonly options: BlockOptions,
  ) {
    this.pictures = new Semaphore(options.numWorkers);
    this.notes = new PictureNotes(options.logger);
    const { views, sexModel } = options;
    this.members = models.flatMap((model) => views.map((view) => this.lane(model, view)));
    this.memberPlans = this.plans.length;
    this.sexLane = sexModel === undefined ? null : this.lane(sexModel, views[0]!);
  }

  private lane(model: BoneAgeModel, view: View): Lane {
    const wanted = imagePlan(model.contract, view);
    const known = this.plans.findIndex((plan) => isDeepStrictEqual(plan, wanted));
    const plan = known === -1 ? this.plans.push(wanted) - 1 : known;
    return { forward: new Forward(model, forwardSize(model, this.options), this.options.logger), plan };
  }

  /** Outcomes in the order of the subjects. Rejects only for what ends a run, such as a model that was disposed. */
  async predict(subjects: readonly Subject[]): Promise<Outcome[]> {
    const batches = this.idleBatches.pop() ?? this.createBatches();
    try {
      const rows = await Promise.all(
        subjects.map((subject, slot) => this.pictures.run(() => this.load(batches, subject, slot))),
      );
      if (this.sexLane !== null) await this.predictSex(this.sexLane, batches, rows);
      for (const lane of this.members) await this.read(lane, batches, rows);
      return rows;
    } finally {
      this.idleBatches.push(batches);
    }
  }

  async dispose(): Promise<void> {
    this.notes.sum();
    await Promise.all(this.idleBatches.flat().map((batch) => native().dispose(batch)));
  }

  private createBatches(): BatchHandle[] {
    return this.plans.map(({ height, width }) => native().createBatch(this.options.batchSize, height, width));
  }

  private async load(batches: readonly BatchHandle[], { source, sex }: Subject, slot: number): Promise<Row> {
    const kinds = sex === null ? this.plans : this.plans.slice(0, this.memberPlans);
    const targets = kinds.map((plan, i) => ({ plan, batch: batches[i]! }));
    const filled = await fillSlots(targets, slot, source, this.options.read);
    const [notes = []] = filled.map((one) => (one instanceof DeeplasiaError ? [] : one.notes));
    this.notes.add(typeof source.image === "string" ? source.image : undefined, notes);
    return { slot, filled, sex, sexPredicted: false, readings: [], notes };
  }

  private async predictSex(lane: Lane, batches: readonly BatchHandle[], rows: readonly Row[]): Promise<void> {
    const open = rows.filter(({ sex }) => sex === null);
    const outputs = await this.run(lane, batches, open);
    for (const [i, row] of open.entries()) {
      const sex = sexOf(outputs[i]!);
      if (sex instanceof DeeplasiaError) row.sexError = sex;
      else Object.assign(row, { sex, sexPredicted: true });
    }
  }

  private async read(lane: Lane, batches: readonly BatchHandle[], rows: readonly Row[]): Promise<void> {
    const outputs = await this.run(lane, batches, rows);
    for (const [i, { readings }] of rows.entries()) {
      const output = outputs[i]!;
      readings.push(
        output instanceof DeeplasiaError ? output : interpret(output, lane.forward.model.contract),
      );
    }
  }

  /** A network's outputs for some rows, in their order; rows that it cannot be given are left out of the forward. */
  private async run(
    { forward, plan }: Lane,
    batches: readonly BatchHandle[],
    rows: readonly Row[],
  ): Promise<(SlotOutput | DeeplasiaError)[]> {
    const { contract } = forward.model;
    const problems = rows.map(({ filled, sexError }) => whyUnusable(filled[plan]!, contract) ?? sexError);
    const usable = rows.filter((_, i) => problems[i] === undefined);
    const inputs = usable.map(({ slot, sex }) => ({ slot, male: sex === "M" ? 1 : 0 }) as const);
    const outputs = await forward.run(batches[plan]!, inputs);
    return rows.map(({ slot }, i) => problems[i] ?? outputs.get(slot)!);
  }
}
