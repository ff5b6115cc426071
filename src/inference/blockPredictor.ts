/**
 * A block of pictures and all networks of a run, in stages. Each picture is decoded once; while its pixels are in hand
 * the stages of pictures look at them, the last of which puts it into a batch for each kind of input. Then the stages
 * of blocks run networks on the batches.
 */

import type { Logger } from "../console/logger.js";
import { toDeeplasiaError } from "../errors.js";
import type { View } from "../image/imagePlan.js";
import { openPicture } from "../image/openPicture.js";
import { PictureNotes } from "../image/pictureNotes.js";
import type { ReadPicture } from "../image/readPicture.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import type { HandMaskModel } from "../model/handMaskModel.js";
import type { SaliencyModel } from "../model/saliencyModel.js";
import { type BatchHandle, native } from "../native.js";
import { Semaphore } from "../semaphore.js";
import {
  type Block,
  type BlockRow,
  type BlockStage,
  blockOf,
  type Outcome,
  type PictureStage,
  type Subject,
} from "./block.js";
import { Forward } from "./forward.js";
import { type ForwardLimits, forwardSize } from "./forwardSize.js";
import { InputPlans } from "./inputPlans.js";
import { Lane } from "./lane.js";
import { checkDistance, measureDistance } from "./stages/checkDistance.js";
import { checkQuality, type OnQuality } from "./stages/checkQuality.js";
import { findMask } from "./stages/findMask.js";
import { imageChain } from "./stages/imageChain.js";
import { keepInputs } from "./stages/keepInputs.js";
import { orient } from "./stages/orient.js";
import { predictAge } from "./stages/predictAge.js";
import { predictSex } from "./stages/predictSex.js";
import { readHeader } from "./stages/readHeader.js";
import { showSaliency } from "./stages/showSaliency.js";

export interface BlockOptions extends ForwardLimits {
  /** Each network is given each of them. */
  views: readonly View[];
  /** Which of them the sex model is given, and the distance of features is measured on. Default: the first. */
  plain?: number | undefined;
  /** Pictures that are decoded and preprocessed at once. */
  numWorkers: number;
  /** Predicts the sex where a subject has none. */
  sexModel?: BoneAgeModel | undefined;
  /**
   * A subject without a sex has that of its DICOM header. Without one there and a `sexModel`, it fails where a network
   * needs the sex.
   */
  headerSex?: boolean | undefined;
  /** Makes the mask of a picture that has none; asked for when the first such picture comes. */
  maskModel?: (() => Promise<HandMaskModel>) | undefined;
  /** What is done about pictures that do not pass the quality checks; left out: nothing is checked. */
  onQuality?: OnQuality | undefined;
  /** Turns and inverts pictures where it is sure how. */
  autoOrient?: boolean | undefined;
  /** Whether the outcomes have the features that the first network's heads read of the plain view. */
  features?: boolean | undefined;
  /** One for each network: shows where its age comes from, for subjects with `keepSaliency`. */
  saliencyModels?: readonly SaliencyModel[] | undefined;
  /** Folder for pictures of what the networks were given. */
  debugPictures?: string | undefined;
  /** How files become pictures: with a cache, or each time anew. */
  read?: ReadPicture | undefined;
  logger?: Logger | undefined;
}

export class BlockPredictor {
  private readonly pictures: Semaphore;
  private readonly notes: PictureNotes;
  private readonly plans = new InputPlans();
  private readonly pictureStages: readonly PictureStage[];
  private readonly blockStages: readonly BlockStage[];
  private readonly idleBatches: BatchHandle[][] = [];

  constructor(
    models: readonly BoneAgeModel[],
    private readonly options: BlockOptions,
  ) {
    const {
      views,
      sexModel,
      headerSex = false,
      maskModel,
      onQuality,
      autoOrient,
      debugPictures,
      numWorkers,
      logger,
    } = options;
    this.pictures = new Semaphore(numWorkers);
    this.notes = new PictureNotes(logger);
    const members = models.flatMap((model, i) => [
      ...views.map((view) => this.member(model, view, i === 0)),
      ...this.shown(model, i),
    ]);
    const memberPlans = [...this.plans.all];
    const sexLanes = sexModel === undefined ? [] : [this.lane(sexModel, this.plainView)];
    // A kind of input that only the sex model takes is made of those pictures alone whose sex is not known.
    const needsSex = sexModel === undefined && models.some(({ contract }) => contract.sexEncoding !== "none");
    this.pictureStages = [
      readHeader({ takesSex: headerSex, needsSex }),
      ...(maskModel === undefined ? [] : [findMask(maskModel)]),
      ...(autoOrient ? [orient] : []),
      ...(onQuality === undefined ? [] : [checkQuality(onQuality)]),
      async ({ subject }, open) => subject.keepPicture?.(open),
      imageChain(({ sex }) => (sex === null ? this.plans.all : memberPlans)),
      ...(debugPictures === undefined ? [] : [keepInputs(debugPictures, () => this.plans.all)]),
    ];
    this.blockStages = [
      ...sexLanes.map(predictSex),
      ...members,
      ...(onQuality === undefined ? [] : [checkDistance(onQuality)]),
    ];
  }

  private get plainView(): View {
    return this.options.views[this.options.plain ?? 0]!;
  }

  private lane(model: BoneAgeModel, view: View, wantsFeatures = false): Lane {
    const forward = new Forward(model, forwardSize(model, this.options), this.options.logger, wantsFeatures);
    return new Lane(forward, this.plans.kindOf(model, view));
  }

  private shown(model: BoneAgeModel, member: number): BlockStage[] {
    const saliency = this.options.saliencyModels?.[member];
    if (saliency === undefined) return [];
    return [showSaliency(saliency, this.plans.kindOf(model, this.plainView), member)];
  }

  private member(model: BoneAgeModel, view: View, isFirst: boolean): BlockStage {
    const { features, onQuality } = this.options;
    const isPlain = !view.flip && view.rotationAngle === 0;
    if (features === true && isFirst && isPlain && model.facts.hasFeatures)
      return predictAge(this.lane(model, view, true), (row, found) => {
        row.features = found;
      });
    if (onQuality === undefined || model.features === null || view !== this.plainView)
      return predictAge(this.lane(model, view));
    return predictAge(this.lane(model, view, true), measureDistance(model.features));
  }

  /** Outcomes in the order of the subjects. Rejects only for what ends a run, such as a model that was disposed. */
  async predict(subjects: readonly Subject[]): Promise<Outcome[]> {
    const batches = this.idleBatches.pop() ?? this.plans.createBatches(this.options.batchSize);
    try {
      const block = blockOf(batches, subjects);
      await Promise.all(block.rows.map((row) => this.pictures.run(() => this.load(row, block))));
      for (const stage of this.blockStages) await stage(block);
      return [...block.rows];
    } finally {
      this.idleBatches.push(batches);
    }
  }

  /** What needs a row's decoded picture. */
  private async load(row: BlockRow, block: Block): Promise<void> {
    const { source } = row.subject;
    try {
      const open = await openPicture(source, this.options.read);
      try {
        row.picture = open.info;
        for (const stage of this.pictureStages) await stage(row, open, block);
      } finally {
        open.close();
      }
    } catch (error) {
      row.error = toDeeplasiaError(error);
    }
    this.notes.add(typeof source.image === "string" ? source.image : undefined, row.notes);
  }

  async dispose(): Promise<void> {
    this.notes.sum();
    await Promise.all(this.idleBatches.flat().map((batch) => native().dispose(batch)));
  }
}
