// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { PathArgument } from "../library.js";

/** The settings of `train`, in the sections and with the names of its config files. */
export interface TrainOptions {
  /** Config files, YAML or JSON. Later ones win over earlier ones, and the settings here win over all. */
  config?: PathArgument | readonly PathArgument[] | undefined;
  /** Seed of weights, shuffling and augmentation; null: another one each run, which the log names. Default: `42`. */
  seed_everything?: number | null | undefined;
  /** Name of the run and of its folder below root_dir. Default: `"debug"`. */
  name?: string | undefined;
  /** Folder of all runs; a run's is <root_dir>/<name>/version_<n>. Default: `"output"`. */
  root_dir?: string | undefined;
  /** 0 or more: the run's folder is split_<n>, used again if it is there, not the next version_<n>. Default: `-1`. */
  split_ind?: number | undefined;
  /** Val and test predictions without turned pictures. Default: `false`. */
  no_test_tta_rot?: boolean | undefined;
  /** Val and test predictions without mirrored pictures. Default: `false`. */
  no_test_tta_flip?: boolean | undefined;
  /** Turned pictures for the train predictions too. Default: `false`. */
  train_tta_rot?: boolean | undefined;
  /** Mirrored pictures for the train predictions too. Default: `false`. */
  train_tta_flip?: boolean | undefined;
  /** No bias correction after training. Default: `false`. */
  no_regression?: boolean | undefined;
  /** Auto, cpu, cuda or cuda:n; a device asked for by name never falls back. Default: `"auto"`. */
  device?: string | undefined;
  /** Copy pictures and masks to this node-local folder first, once a node, and take them away in the end; none; auto: $TMPDIR in a SLURM job, if it is another disk than theirs and no cache is used. Default: `"auto"`. */
  scratch?: string | undefined;
  /** Threads of one step; 0: as libtorch chooses. Default: `0`. */
  threads?: number | undefined;
  /** Run a TorchScript model even if its code reaches files, processes or unknown functions; a model is a program, so trust only files from people you trust. Default: `false`. */
  trust?: boolean | undefined;
  /** A picture that cannot be used ends the run; else it is skipped, counted and listed. Default: `false`. */
  strict?: boolean | undefined;
  /** How long to train, with which precision, and on which devices. */
  trainer?:
    | {
        /** Number of epochs; null or -1: until max_steps or max_time. Default: `300`. */
        max_epochs?: number | null | undefined;
        /** Early stopping and max_time end no run before. Default: `null`. */
        min_epochs?: number | null | undefined;
        /** Stop after that many optimizer steps; -1: off. Default: `-1`. */
        max_steps?: number | undefined;
        /** Early stopping and max_time end no run before that many optimizer steps. Default: `null`. */
        min_steps?: number | null | undefined;
        /** Stop after that time; DD:HH:MM:SS. Default: `null`. */
        max_time?: string | null | undefined;
        /** Arithmetic of the network: 32 bit, or automatic mixed precision; 16 is 16 bit on a GPU and 32 on the CPU. Default: `"16"`. */
        precision?: "16" | "32" | "bf16" | undefined;
        /** Clip gradients at this value; null or 0: off. Default: `null`. */
        gradient_clip_val?: number | null | undefined;
        /** Clip the norm of all gradients (null: that), or each value. Default: `null`. */
        gradient_clip_algorithm?: "norm" | "value" | null | undefined;
        /** Keep an exponential moving average of the weights, and evaluate it; null: off. Default: `null`. */
        ema_decay?: number | null | undefined;
        /** Sum the gradients of that many batches for one step; or a map, {epoch: number}. Default: `null`. */
        accumulate_grad_batches?: number | Readonly<Record<string, number>> | null | undefined;
        /** Validate every n-th epoch. Default: `1`. */
        check_val_every_n_epoch?: number | undefined;
        /** Batches of validation before training, so that a fault there shows early; -1: all. Default: `2`. */
        num_sanity_val_steps?: number | undefined;
        /** Training batches an epoch: a number, or a share below 1; null or 1.0: all. Default: `null`. */
        limit_train_batches?: string | number | null | undefined;
        /** The same for validation. Default: `null`. */
        limit_val_batches?: string | number | null | undefined;
        /** The same for the test split. Default: `null`. */
        limit_test_batches?: string | number | null | undefined;
        /** A trial: one epoch of that many batches (true: 1), nothing is kept. Default: `false`. */
        fast_dev_run?: number | boolean | undefined;
        /** Steps between two logged values of a step. Default: `50`. */
        log_every_n_steps?: number | undefined;
        /** Show progress. Default: `true`. */
        enable_progress_bar?: boolean | undefined;
        /** 1: the GPU if there is one; 0: the CPU; [1]: that GPU, or an error; more: as devices. Default: `"1"`. */
        gpus?: string | number | readonly number[] | null | undefined;
        /** Kind of device; one asked for never falls back. Default: `null`. */
        accelerator?: "cpu" | "gpu" | "cuda" | "auto" | null | undefined;
        /** Devices of each node, or the list of their numbers; each has a process of its own, started here unless srun or torchrun did. Default: `null`. */
        devices?: string | number | readonly number[] | null | undefined;
        /** Machines that train together; srun or torchrun starts the processes. Default: `1`. */
        num_nodes?: number | undefined;
        /** Several processes: batch norms take their statistics of the batch of all, not of each one's part. Default: `false`. */
        sync_batchnorm?: boolean | undefined;
        /** Several processes: by what they exchange gradients; auto: by NCCL where each has a GPU of its own, else by Gloo through the hosts' memory. Default: `"auto"`. */
        process_group_backend?: "auto" | "nccl" | "gloo" | undefined;
        /** Several processes: seconds after which one that lives, but does not go on, ends the run. Default: `1800`. */
        rank_timeout?: number | undefined;
        /** Go on from this checkpoint: a file, or `last` for the newest of the run's folder. Default: `null`. */
        resume_from_checkpoint?: string | null | undefined;
        /** Leave out a step whose loss or gradient is not finite; else it ends the run. Default: `false`. */
        skip_nan?: boolean | undefined;
      }
    | undefined;
  /** The network and its losses. */
  model?:
    | {
        /** What the network learns: bone ages, or the mask of the hand (then only mask_filters and mask_kernel shape it). Default: `"age"`. */
        kind?: "age" | "mask" | undefined;
        /** Kind mask: channels of each layer. Default: `32`. */
        mask_filters?: number | undefined;
        /** Kind mask: side of the larger kernels, odd. Default: `5`. */
        mask_kernel?: number | undefined;
        /** Network before the heads. Default: `"efficientnet-b0"`. */
        backbone?:
          | "efficientnet-b0"
          | "efficientnet-b1"
          | "efficientnet-b2"
          | "efficientnet-b3"
          | "efficientnet-b4"
          | "efficientnet-b5"
          | "efficientnet-b6"
          | "efficientnet-b7"
          | "efficientnet-b8"
          | "efficientnet-l2"
          | "inceptionv3"
          | undefined;
        /** EfficientNet's "same" padding, for the nominal input size, as published, or for the real one. Default: `"static"`. */
        padding?: "static" | "dynamic" | undefined;
        /** Widths of the dense blocks. Default: `[256]`. */
        dense_layers?: readonly number[] | undefined;
        /** Width of the layer for the sex input; 0: the sex is no input. Default: `32`. */
        sex_dcs?: number | undefined;
        /** Widths of a sex classifier of its own; null or []: none. Default: `null`. */
        explicit_sex_classifier?: readonly number[] | null | undefined;
        /** With explicit_sex_classifier: the true sex is the input, where given, not the predicted one. Default: `false`. */
        correct_predicted_sex?: boolean | undefined;
        /** Dropout of the dense blocks. Default: `0.2`. */
        dropout_p?: number | undefined;
        /** Weight of the age loss; with learnable_sigma where its weight starts. Default: `1`. */
        age_sigma?: number | undefined;
        /** The same for the sex loss. Default: `0`. */
        sex_sigma?: number | undefined;
        /** Learn the two weights. Default: `false`. */
        learnable_sigma?: boolean | undefined;
        /** Start the backbone from ImageNet weights in this file; null or false: fresh weights. Default: `null`. */
        pretrained?: false | string | null | undefined;
        /** With pretrained: fresh weights for the one grey channel, or the three colours' summed up. Default: `"fresh"`. */
        stem?: "fresh" | "sum" | undefined;
        /** Train this model further: TorchScript, or a checkpoint's weights; no fresh network is made. Default: `null`. */
        init_from?: string | null | undefined;
        /** Probability that training leaves out an EfficientNet's last residual block, growing to it from 0 at the first; null: as the network has it, 0.2 in a fresh one. Default: `null`. */
        drop_connect?: number | null | undefined;
        /** Parameters that are not trained, by name; * stands for any text. Default: `[]`. */
        freeze?: readonly string[] | undefined;
      }
    | undefined;
  /** Pictures, splits, batches and augmentation. */
  data?:
    | {
        /** Rows: image_ID, dir, patient_ID, sex, bone_age. */
        annotation_path?: string | undefined;
        /** Splits: patient_ID, dir, one column a scheme, which says train, val or test. */
        split_path?: string | undefined;
        /** Scheme to use: a column of the splits. Default: `"org_split"`. */
        split_column?: string | undefined;
        /** Root of the pictures: <img_dir>/<dir>/<image_ID>. */
        img_dir?: string | undefined;
        /** Roots of the masks, laid out as the pictures; []: no masks. */
        mask_dirs?: readonly string[] | undefined;
        /** Pictures a training step; an incomplete last batch is left out. Default: `24`. */
        train_batch_size?: number | undefined;
        /** Pictures a batch of validation and test. Default: `32`. */
        test_batch_size?: number | undefined;
        /** Pictures decoded and augmented at once; bounds the memory; 0 counts as 1. Default: `8`. */
        num_workers?: number | undefined;
        /** Keep decoded pictures, in memory or cache_dir. Default: `false`. */
        use_cache?: boolean | undefined;
        /** With use_cache: a folder for them, on a fast disk; null: memory. Default: `null`. */
        cache_dir?: string | null | undefined;
        /** With use_cache: keep them shrunk to this longer side, pixels (changes numbers); null: as they are. Default: `null`. */
        cache_size?: number | null | undefined;
        /** Channels, height, width of the network's input. Default: `[1,512,512]`. */
        input_size?: readonly [1 | 3, number, number] | undefined;
        /** Grey values to network input: per-picture z-score, [0, 1], or as they are. Default: `"zscore"`. */
        norm_method?: "zscore" | "interval" | "none" | undefined;
        /** Side of the square cut round the mask, times its longer side; 0 or less: no crop. Default: `-1`. */
        mask_crop_size?: number | undefined;
        /** Repeat two faults of the reference's training: no background is subtracted, and no contrast step is a gamma of 1 that lowers 24 grey values. Default: `false`. */
        reference_training?: boolean | undefined;
        /** The reference's sequence of pictures, or all geometry in one sampling pass. Default: `"exact"`. */
        augmentation?: "exact" | "fast" | undefined;
        /** Degrees, both ways. Default: `30`. */
        rotation_range?: number | undefined;
        /** Shift: share of the side, both ways. Default: `0.2`. */
        translate_perc?: number | undefined;
        /** Probability of a mirrored picture. Default: `0.5`. */
        flip_p?: number | undefined;
        /** The scale goes down to 1 - zoom_in (a smaller hand). Default: `0.2`. */
        zoom_in?: number | undefined;
        /** The scale goes up to 1 / (1 - zoom_out) (a larger hand). Default: `0.2`. */
        zoom_out?: number | undefined;
        /** Degrees, both ways, both axes. Default: `10`. */
        shear_angle?: number | undefined;
        /** Gamma is 100 % give or take this. Default: `30`. */
        contrast_gamma?: number | undefined;
        /** Probability of sharpening. Default: `0.2`. */
        sharpen_p?: number | undefined;
        /** Weight of CLAHE against the gamma's 0.5; one of the two is chosen. Default: `1`. */
        clae_p?: number | undefined;
      }
    | undefined;
  /** When training ends for want of improvement; which epoch is the best. */
  early_stopping?:
    | {
        /** Metric that is watched; it also picks the best checkpoint. Default: `"Step-wise/val_reg_mad"`. */
        monitor?: string | undefined;
        /** Which way the metric gets better; for the best checkpoint too. Default: `"min"`. */
        mode?: "min" | "max" | undefined;
        /** Epochs without improvement before the run ends. Default: `50`. */
        patience?: number | undefined;
        /** Least improvement that counts. Default: `0`. */
        min_delta?: number | undefined;
        /** End the run when it is reached. Default: `null`. */
        stopping_threshold?: undefined | undefined;
        /** End the run when the metric is worse than this. Default: `null`. */
        divergence_threshold?: undefined | undefined;
        /** End the run when the metric is not finite. Default: `true`. */
        check_finite?: boolean | undefined;
        /** A metric that is not there is an error. Default: `true`. */
        strict?: boolean | undefined;
        /** Log each improvement. Default: `true`. */
        verbose?: boolean | undefined;
      }
    | undefined;
  /** When the state is saved. */
  checkpoint?:
    | {
        /** Save the whole state within an epoch too, every n optimizer steps; null: after each epoch only. Default: `null`. */
        every_n_steps?: number | null | undefined;
      }
    | undefined;
  /** How the learning rate is logged. */
  lr_monitor?:
    | {
        /** How often the learning rate is logged; null: each time it can change. Default: `"epoch"`. */
        logging_interval?: "epoch" | "step" | null | undefined;
      }
    | undefined;
  /** The optimiser, a class of torch.optim. Default: Adam, lr 0.001, weight_decay 0.000005. */
  optimizer?:
    | "Adam"
    | "AdamW"
    | "SGD"
    | "RMSprop"
    | (string & {})
    | {
        /** The name of the class, with or without its module. */
        class_path?: "Adam" | "AdamW" | "SGD" | "RMSprop" | (string & {}) | undefined;
        /** Arguments of the class; which has which is in docs/options.md. */
        init_args?:
          | {
              /** Learning rate (Adam, AdamW, SGD, RMSprop). */
              lr?: number | undefined;
              /** Decay of the running means of gradients and of their squares (Adam, AdamW). */
              betas?: readonly [number, number] | undefined;
              /** Added to divisors (Adam, AdamW, RMSprop). */
              eps?: number | undefined;
              /** Weight decay: in the gradient (L2); of AdamW beside it (Adam, AdamW, SGD, RMSprop). */
              weight_decay?: number | undefined;
              /** Use the largest of the squares' means so far (Adam, AdamW). */
              amsgrad?: boolean | undefined;
              /** Momentum (SGD, RMSprop). */
              momentum?: number | undefined;
              /** Dampening of the momentum (SGD). */
              dampening?: number | undefined;
              /** Nesterov's momentum (SGD). */
              nesterov?: boolean | undefined;
              /** Decay of the squares' running mean (RMSprop). */
              alpha?: number | undefined;
              /** Divide by the estimated standard deviation (RMSprop). */
              centered?: boolean | undefined;
            }
          | undefined;
      }
    | undefined;
  /** The schedule of the learning rate, stepped once per epoch. Default: ReduceLROnPlateau, monitor Step-wise/val_reg_mad, mode min, factor 0.2, patience 10, min_lr 0.0001, cooldown 5, verbose true. */
  lr_scheduler?:
    | "ReduceLROnPlateau"
    | "CosineAnnealingWarmRestarts"
    | "StepLR"
    | "CosineWithWarmup"
    | "Constant"
    | (string & {})
    | {
        /** The name of the class, with or without its module. */
        class_path?:
          | "ReduceLROnPlateau"
          | "CosineAnnealingWarmRestarts"
          | "StepLR"
          | "CosineWithWarmup"
          | "Constant"
          | (string & {})
          | undefined;
        /** Arguments of the class; which has which is in docs/options.md. */
        init_args?:
          | {
              /** Metric that is watched (ReduceLROnPlateau). */
              monitor?: string | undefined;
              /** Which way the metric gets better (ReduceLROnPlateau). */
              mode?: "min" | "max" | undefined;
              /** The learning rate is multiplied by this (ReduceLROnPlateau). */
              factor?: number | undefined;
              /** Epochs without improvement before (ReduceLROnPlateau). */
              patience?: number | undefined;
              /** Least improvement that counts (ReduceLROnPlateau). */
              threshold?: number | undefined;
              /** Whether threshold is a share of the best value or a difference (ReduceLROnPlateau). */
              threshold_mode?: "rel" | "abs" | undefined;
              /** Epochs after a change that do not count (ReduceLROnPlateau). */
              cooldown?: number | undefined;
              /** Lowest learning rate (ReduceLROnPlateau). */
              min_lr?: number | undefined;
              /** Smaller changes are not made (ReduceLROnPlateau). */
              eps?: number | undefined;
              /** Log each change (ReduceLROnPlateau, CosineAnnealingWarmRestarts, StepLR, CosineWithWarmup). */
              verbose?: boolean | undefined;
              /** Epochs to the first restart (CosineAnnealingWarmRestarts). */
              T_0?: number | undefined;
              /** Each round is so many times as long as the last (CosineAnnealingWarmRestarts). */
              T_mult?: number | undefined;
              /** Lowest learning rate (CosineAnnealingWarmRestarts, CosineWithWarmup). */
              eta_min?: number | undefined;
              /** Epochs between two changes (StepLR). */
              step_size?: number | undefined;
              /** The learning rate is multiplied by this (StepLR). */
              gamma?: number | undefined;
              /** Epochs of linear growth up to the learning rate (CosineWithWarmup). */
              warmup_epochs?: number | undefined;
              /** Epoch at which the lowest is reached; null: max_epochs (CosineWithWarmup). */
              T_max?: number | null | undefined;
            }
          | undefined;
      }
    | undefined;
}
