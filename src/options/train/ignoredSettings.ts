/**
 * Settings of the reference and of Lightning that have no effect here. They are accepted, so that a config that was
 * written for Python works unchanged. A value other than the default gets a warning with the reason.
 */
export interface IgnoredSetting {
  /** The value as written in YAML for which there is no warning. */
  default: string | null;
  why: string;
}

/** Reason -> its settings with their defaults. */
const BY_REASON: Record<string, Record<string, string | null>> = {
  "the reference never reads it": {
    data_dir: "../data/annotated/rsna_bone_age/",
    test_on_last_model: "false",
  },
  "the reference never reads it; data.mask_dirs names the masks": {
    mask_dirs: "../data/annotated/rsna_bone_age/",
  },
  "TensorBoard files, metrics.csv and run.log are always written": {
    "trainer.logger": "true",
    "trainer.flush_logs_every_n_steps": null,
    "trainer.log_gpu_memory": null,
  },
  "the best and the last checkpoint are always kept": {
    "trainer.checkpoint_callback": null,
    "trainer.enable_checkpointing": "false",
  },
  "no Python code is run": { "trainer.callbacks": null, "trainer.plugins": null, "trainer.profiler": null },
  "root_dir sets the folder of a run": {
    "trainer.default_root_dir": null,
    "trainer.weights_save_path": null,
  },
  "with several processes, each has a copy of the network and a part of every batch, as in Lightning's ddp": {
    "trainer.strategy": "ddp",
    "trainer.replace_sampler_ddp": "true",
    "trainer.prepare_data_per_node": null,
  },
  "trainer.devices and trainer.num_nodes set the number of processes": {
    "trainer.num_processes": null,
    "trainer.auto_select_gpus": "false",
  },
  "only one process shows progress": { "trainer.process_position": "0" },
  "CPU and CUDA are the devices": { "trainer.tpu_cores": null, "trainer.ipus": null },
  "mixed precision is libtorch's own": { "trainer.amp_backend": "native", "trainer.amp_level": null },
  "the number of parameters is always logged": {
    "trainer.enable_model_summary": "false",
    "trainer.weights_summary": "top",
  },
  "progress adapts itself to a terminal or a log": { "trainer.progress_bar_refresh_rate": null },
  "the norm of the gradients is always logged": { "trainer.track_grad_norm": "-1" },
  "a loss that is not finite ends the run and is named, unless trainer.skip_nan is set": {
    "trainer.detect_anomaly": "false",
    "trainer.terminate_on_nan": null,
  },
  "use a separate split column": { "trainer.overfit_batches": "0.0" },
  "whole splits are predicted after training": { "trainer.limit_predict_batches": null },
  "validation and early stopping come at the end of an epoch": {
    "trainer.val_check_interval": null,
    "early_stopping.check_on_train_epoch_end": null,
  },
  "on the CPU the same seed, machine and threads give the same bytes; CUDA's kernels are libtorch's choice": {
    "trainer.benchmark": null,
    "trainer.deterministic": null,
  },
  "it belongs to Lightning's tuner, which the reference never starts": {
    "trainer.auto_lr_find": "false",
    "trainer.auto_scale_batch_size": "false",
  },
  "there is one loader per split, created once": {
    "trainer.reload_dataloaders_every_n_epochs": "0",
    "trainer.multiple_trainloader_mode": "max_size_cycle",
  },
  "metrics are on the CPU": { "trainer.move_metrics_to_cpu": "false" },
  "trainer.ema_decay averages the weights": { "trainer.stochastic_weight_avg": "false" },
  "no schedule changes the momentum": { "lr_monitor.log_momentum": "false" },
  "trainer.resume_from_checkpoint restores the schedule": { "lr_scheduler.init_args.last_epoch": "-1" },
};

/** Path of a setting -> its default and the reason why it has no effect here. */
export const IGNORED_SETTINGS: ReadonlyMap<string, IgnoredSetting> = new Map(
  Object.entries(BY_REASON).flatMap(([why, settings]) =>
    Object.entries(settings).map(([path, value]) => [path, { default: value, why }] as const),
  ),
);
