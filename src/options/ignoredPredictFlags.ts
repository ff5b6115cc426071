/** Flags of the reference's predict.py and of Lightning's Trainer that have no effect here; each gets a warning. */
export const IGNORED_PREDICT_FLAGS: Readonly<Record<string, "switch" | "value">> = {
  store_activations: "switch",
  ...Object.fromEntries(
    (
      "logger checkpoint_callback enable_checkpointing callbacks default_root_dir gradient_clip_val " +
      "gradient_clip_algorithm process_position num_nodes num_processes auto_select_gpus tpu_cores ipus log_gpu_memory " +
      "progress_bar_refresh_rate enable_progress_bar overfit_batches track_grad_norm check_val_every_n_epoch fast_dev_run " +
      "accumulate_grad_batches max_epochs min_epochs max_steps min_steps max_time limit_train_batches limit_val_batches " +
      "limit_test_batches val_check_interval flush_logs_every_n_steps log_every_n_steps strategy sync_batchnorm " +
      "enable_model_summary weights_summary weights_save_path num_sanity_val_steps resume_from_checkpoint profiler benchmark " +
      "deterministic reload_dataloaders_every_n_epochs auto_lr_find replace_sampler_ddp detect_anomaly " +
      "auto_scale_batch_size prepare_data_per_node plugins amp_backend amp_level move_metrics_to_cpu " +
      "multiple_trainloader_mode stochastic_weight_avg terminate_on_nan"
    )
      .split(" ")
      .map((flag) => [flag, "value"] as const),
  ),
};
