import type { TrainedKind } from "./modelSettings.js";

const BEST_DICE = { monitor: "Step-wise/val_dice", mode: "max" };

/** Settings whose defaults are others for a kind of network, by path: `early_stopping.monitor`. */
export const KIND_DEFAULTS: Readonly<Record<TrainedKind, Readonly<Record<string, string>>>> = {
  age: {},
  // A plane for the sex needs a normalisation that does not depend on the picture.
  expectation: { "data.norm_method": "fixed", "model.backbone": "convnextv2-atto" },
  mask: {
    "data.norm_method": "interval",
    "early_stopping.monitor": BEST_DICE.monitor,
    "early_stopping.mode": BEST_DICE.mode,
    "lr_scheduler.init_args.monitor": BEST_DICE.monitor,
    "lr_scheduler.init_args.mode": BEST_DICE.mode,
  },
};
