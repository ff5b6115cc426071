/** Handles of native objects: opaque and type-tagged. */

declare const handle: unique symbol;
/** A model that predicts. */
export interface ModelHandle {
  readonly [handle]: "model";
}
/** A network that shows where its age comes from. */
export interface SaliencyHandle {
  readonly [handle]: "saliency";
}
/** Pictures in native memory. */
export interface BatchHandle {
  readonly [handle]: "batch";
}
/** The tensors of a checkpoint. */
export interface CheckpointHandle {
  readonly [handle]: "checkpoint";
}
/** A network under construction. */
export interface NetworkHandle {
  readonly [handle]: "network";
}

/** A network that trains. */
export interface TrainerHandle {
  readonly [handle]: "trainer";
}

/** The connected processes of a run. */
export interface GroupHandle {
  readonly [handle]: "group";
}

/** Any handle. */
export type Handle =
  | ModelHandle
  | SaliencyHandle
  | BatchHandle
  | CheckpointHandle
  | NetworkHandle
  | TrainerHandle
  | GroupHandle;
