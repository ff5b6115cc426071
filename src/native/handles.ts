/** Objects of native code. */

declare const handle: unique symbol;
/** An opaque, type-tagged native object. */
export interface ModelHandle {
  readonly [handle]: "model";
}
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

export interface TrainerHandle {
  readonly [handle]: "trainer";
}

/** The processes of a run. */
export interface GroupHandle {
  readonly [handle]: "group";
}

/** Any of them. */
export type Handle =
  | ModelHandle
  | BatchHandle
  | CheckpointHandle
  | NetworkHandle
  | TrainerHandle
  | GroupHandle;
