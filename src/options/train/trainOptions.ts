// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { PathArgument } from "../library.js";

/** The settings of `train`, in the sections and with the names of its config files. */
export interface TrainOptions {
  /** Config files, YAML or JSON. Later ones win over earlier ones, and the settings here win over all. */
  config?: PathArgument | readonly PathArgument[] | undefined;
  /** Seed of weights, shuffling and augmentation; null: a new seed for each run, which the log states. Default: `42`. */
  seed_everything?: number | null | undefined;
  /** Name of the run and of its folder below root_dir. Default: `"debug"`. */
  name?: string | undefined;
  /** Folder of all runs; a run has the folder <root_dir>/<name>/version_<n>. Default: `"output"`. */
  root_dir?: string | undefined;
  /** 0 or more: the run's folder is split_<n>, which is reused if it exists, instead of the next version_<n>. Default: `-1`. */
  split_ind?: number | undefined;
  /** Val and test predictions without rotated pictures. Default: `false`. */
  no_test_tta_rot?: boolean | undefined;
  /** Val and test predictions without mirrored pictures. Default: `false`. */
  no_test_tta_flip?: boolean | undefined;
  /** Rotated pictures also for the train predictions. Default: `false`. */
  train_tta_rot?: boolean | undefined;
  /** Mirrored pictures also for the train predictions. Default: `false`. */
  train_tta_flip?: boolean | undefined;
  /** No bias correction after training. Default: `false`. */
  no_regression?: boolean | undefined;
  /** No report of the test predictions in the run's folder after training. Default: `false`. */
  no_report?: boolean | undefined;
  /** Auto, cpu, cuda or cuda:n; a device asked for by name never falls back. Default: `"auto"`. */
  device?: string | undefined;
  /** Copy pictures and masks to this node-local folder first, once per node, and remove them at the end; none; auto: $TMPDIR in a SLURM job, if it is another disk than theirs and no cache is used. Default: `"auto"`. */
  scratch?: string | undefined;
  /** Threads of one step; 0: libtorch's default. Default: `0`. */
  threads?: number | undefined;
  /** Run a TorchScript model even if its code reaches files, processes or unknown functions; a model is a program, so trust only files from people you trust. Default: `false`. */
  trust?: boolean | undefined;
  /** An unusable picture ends the run; without this it is skipped, counted and listed. Default: `false`. */
  strict?: boolean | undefined;
  /** How long to train, with which precision, and on which devices. */
  trainer?:
    | {
        /** Number of epochs; null or -1: until max_steps or max_time. Default: `300`. */
        max_epochs?: number | null | undefined;
        /** Early stopping and max_time do not end the run before that many epochs. Default: `null`. */
        min_epochs?: number | null | undefined;
        /** Stop after that many optimizer steps; -1: off. Default: `-1`. */
        max_steps?: number | undefined;
        /** Early stopping and max_time do not end the run before that many optimizer steps. Default: `null`. */
        min_steps?: number | null | undefined;
        /** Stop after that time; DD:HH:MM:SS. Default: `null`. */
        max_time?: string | null | undefined;
        /** Arithmetic of the network: 32 bits, or automatic mixed precision; 16 means 16 bits on a GPU and 32 on the CPU. Default: `"16"`. */
        precision?: "16" | "32" | "bf16" | undefined;
        /** Clip gradients at this value; null or 0: off. Default: `null`. */
        gradient_clip_val?: number | null | undefined;
        /** Clip the norm of all gradients (null: the same), or each value. Default: `null`. */
        gradient_clip_algorithm?: "norm" | "value" | null | undefined;
        /** Keep an exponential moving average of the weights, and evaluate it; null: off. Default: `null`. */
        ema_decay?: number | null | undefined;
        /** Number of batches whose gradients are summed for one update; or a map, {epoch: number}. Default: `null`. */
        accumulate_grad_batches?: number | Readonly<Record<string, number>> | null | undefined;
        /** Validate every n-th epoch. Default: `1`. */
        check_val_every_n_epoch?: number | undefined;
        /** Batches of validation before training, to find faults early; -1: all. Default: `2`. */
        num_sanity_val_steps?: number | undefined;
        /** Training batches per epoch: a number, or a share below 1; null or 1.0: all. Default: `null`. */
        limit_train_batches?: string | number | null | undefined;
        /** The same for validation. Default: `null`. */
        limit_val_batches?: string | number | null | undefined;
        /** The same for the test split. Default: `null`. */
        limit_test_batches?: string | number | null | undefined;
        /** Trial run: one epoch of that many batches (true: 1); nothing is kept. Default: `false`. */
        fast_dev_run?: number | boolean | undefined;
        /** Steps between two logged steps. Default: `50`. */
        log_every_n_steps?: number | undefined;
        /** Show progress. Default: `true`. */
        enable_progress_bar?: boolean | undefined;
        /** 1: the GPU if there is one; 0: the CPU; [1]: that GPU, or an error; other values: as devices. Default: `"1"`. */
        gpus?: string | number | readonly number[] | null | undefined;
        /** Kind of device; a requested device never falls back to another. Default: `null`. */
        accelerator?: "cpu" | "gpu" | "cuda" | "auto" | null | undefined;
        /** Number of devices of each node, or a list of their indices; each device has its own process, which this command starts unless srun or torchrun has. Default: `null`. */
        devices?: string | number | readonly number[] | null | undefined;
        /** Machines that train together; srun or torchrun starts the processes. Default: `1`. */
        num_nodes?: number | undefined;
        /** Several processes: batch norms use the statistics of the whole batch instead of each process's part. Default: `false`. */
        sync_batchnorm?: boolean | undefined;
        /** Several processes: gradient backend; auto: NCCL if each process has its own GPU, else Gloo through the hosts' memory. Default: `"auto"`. */
        process_group_backend?: "auto" | "nccl" | "gloo" | undefined;
        /** Several processes: seconds without progress after which a process that is still alive ends the run. Default: `1800`. */
        rank_timeout?: number | undefined;
        /** Resume from this checkpoint: a file, or `last` for the newest in the run's folder. Default: `null`. */
        resume_from_checkpoint?: string | null | undefined;
        /** Skip a step whose loss or gradient is not finite; without this the step ends the run. Default: `false`. */
        skip_nan?: boolean | undefined;
      }
    | undefined;
  /** The network and its losses. */
  model?:
    | {
        /** What the network learns: bone ages; bone ages as the expectation of a distribution over months (a ConvNeXt V2 with the head of ianpan/bone-age, and the settings expectation_…); or the mask of the hand (then only the settings mask_… shape it). Default: `"age"`. */
        kind?: "age" | "expectation" | "mask" | undefined;
        /** Kind expectation: the ages are 0, 1, … up to one less than this, in months. Default: `240`. */
        expectation_months?: number | undefined;
        /** Kind expectation: a second head that returns the age itself, in training alone; the loss is (its absolute error + 0.4 of the expectation's) / 1.4, as ianpan/bone-age was trained; false: the expectation's absolute error. Default: `true`. */
        expectation_second_head?: boolean | undefined;
        /** Kind mask: channels of each layer. Default: `32`. */
        mask_filters?: number | undefined;
        /** Kind mask: each pooling doubles the channels up to this many; null: all layers have mask_filters, as in the reference. Default: `null`. */
        mask_max_filters?: number | null | undefined;
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
          | "convnextv2-atto"
          | "convnextv2-femto"
          | "convnextv2-pico"
          | "convnextv2-nano"
          | "convnextv2-tiny"
          | "convnextv2-base"
          | "inceptionv3"
          | undefined;
        /** EfficientNet's "same" padding: for the nominal input size (as published), or for the actual one. Default: `"static"`. */
        padding?: "static" | "dynamic" | undefined;
        /** Widths of the dense blocks. Default: `[256]`. */
        dense_layers?: readonly number[] | undefined;
        /** Width of the layer for the sex input; 0: no sex input. Default: `32`. */
        sex_dcs?: number | undefined;
        /** Widths of a separate sex classifier; null or []: none. Default: `null`. */
        explicit_sex_classifier?: readonly number[] | null | undefined;
        /** With explicit_sex_classifier: a given sex replaces the predicted one as input. Default: `false`. */
        correct_predicted_sex?: boolean | undefined;
        /** Dropout of the dense blocks. Default: `0.2`. */
        dropout_p?: number | undefined;
        /** Weight of the age loss; with learnable_sigma its start value. Default: `1`. */
        age_sigma?: number | undefined;
        /** Weight of the sex loss; with learnable_sigma its start value. Default: `0`. */
        sex_sigma?: number | undefined;
        /** Learn the two weights. Default: `false`. */
        learnable_sigma?: boolean | undefined;
        /** File with ImageNet weights for the backbone; null or false: random weights. Default: `null`. */
        pretrained?: false | string | null | undefined;
        /** With pretrained: new weights for the grey channel, or the sum of the three colours' weights. Default: `"fresh"`. */
        stem?: "fresh" | "sum" | undefined;
        /** Continue training this model, TorchScript or the weights of a checkpoint, instead of a new network. Default: `null`. */
        init_from?: string | null | undefined;
        /** Probability that a training step skips the last residual block of an EfficientNet or a ConvNeXt; it rises from 0 at the first block; null: the network's own value, 0.2 in a new network. Default: `null`. */
        drop_connect?: number | null | undefined;
        /** Names of parameters that are not trained; * matches any text. Default: `[]`. */
        freeze?: readonly string[] | undefined;
      }
    | undefined;
  /** Pictures, splits, batches and augmentation. */
  data?:
    | {
        /** Rows: image_ID, dir, patient_ID, sex, bone_age. */
        annotation_path?: string | undefined;
        /** A pack of the cohort (`deeplasia-native pack`), in place of annotation_path, img_dir and mask_dirs. Default: `null`. */
        pack?: string | null | undefined;
        /** Splits: patient_ID, dir, and one column per scheme with train, val or test. */
        split_path?: string | undefined;
        /** Scheme to use: a column of the splits. Default: `"org_split"`. */
        split_column?: string | undefined;
        /** Root of the pictures: <img_dir>/<dir>/<image_ID>. */
        img_dir?: string | undefined;
        /** Roots of the masks, laid out as the pictures; []: no masks. */
        mask_dirs?: readonly string[] | undefined;
        /** Pictures per training step; an incomplete last batch is left out. Default: `24`. */
        train_batch_size?: number | undefined;
        /** Pictures per batch of validation and test. Default: `32`. */
        test_batch_size?: number | undefined;
        /** Number of pictures that are decoded and augmented at once, which bounds the memory; 0 counts as 1. Default: `8`. */
        num_workers?: number | undefined;
        /** Keep decoded pictures, in memory or cache_dir. Default: `false`. */
        use_cache?: boolean | undefined;
        /** With use_cache: folder for the decoded pictures, on a fast disk; null: memory. Default: `null`. */
        cache_dir?: string | null | undefined;
        /** With use_cache: keep pictures reduced to this longer side in pixels (changes results); null: full size. Default: `null`. */
        cache_size?: number | null | undefined;
        /** Channels, height, width of the network's input. Default: `[1,512,512]`. */
        input_size?: readonly [1 | 3, number, number] | undefined;
        /** Grey values to network input: per-picture z-score, the picture's range to [0, 1], black to white to [-1, 1], or as they are. Default: `"zscore"`. */
        norm_method?: "zscore" | "interval" | "fixed" | "none" | undefined;
        /** Side of the square that is cut around the mask, as a multiple of its longer side; 0 or less: no crop. Default: `-1`. */
        mask_crop_size?: number | undefined;
        /** Repeat two faults of the reference's training: the background is not subtracted, and a skipped contrast step still applies a gamma of 1, which lowers 24 grey values. Default: `false`. */
        reference_training?: boolean | undefined;
        /** Exact: the reference's separate steps; fast: all geometry in one sampling pass. Default: `"exact"`. */
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
        /** Range of gamma around 100 %, both ways. Default: `30`. */
        contrast_gamma?: number | undefined;
        /** Probability of sharpening. Default: `0.2`. */
        sharpen_p?: number | undefined;
        /** Weight of CLAHE; gamma has a weight of 0.5, and one of the two is drawn. Default: `1`. */
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
        stopping_threshold?: number | null | undefined;
        /** End the run when the metric is worse than this. Default: `null`. */
        divergence_threshold?: number | null | undefined;
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
              /** Weight decay: added to the gradient (L2); for AdamW applied to the weights (Adam, AdamW, SGD, RMSprop). */
              weight_decay?: number | undefined;
              /** Use the largest running mean of the squares so far (Adam, AdamW). */
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
              /** Epochs without improvement before a change (ReduceLROnPlateau). */
              patience?: number | undefined;
              /** Least improvement that counts (ReduceLROnPlateau). */
              threshold?: number | undefined;
              /** Whether threshold is a share of the best value or a difference (ReduceLROnPlateau). */
              threshold_mode?: "rel" | "abs" | undefined;
              /** Epochs after a change that are not counted (ReduceLROnPlateau). */
              cooldown?: number | undefined;
              /** Lowest learning rate (ReduceLROnPlateau). */
              min_lr?: number | undefined;
              /** Smaller changes are skipped (ReduceLROnPlateau). */
              eps?: number | undefined;
              /** Log each change (ReduceLROnPlateau, CosineAnnealingWarmRestarts, StepLR, CosineWithWarmup). */
              verbose?: boolean | undefined;
              /** Epochs to the first restart (CosineAnnealingWarmRestarts). */
              T_0?: number | undefined;
              /** Factor by which each round is longer than the last (CosineAnnealingWarmRestarts). */
              T_mult?: number | undefined;
              /** Lowest learning rate (CosineAnnealingWarmRestarts, CosineWithWarmup). */
              eta_min?: number | undefined;
              /** Epochs between two changes (StepLR). */
              step_size?: number | undefined;
              /** The learning rate is multiplied by this (StepLR). */
              gamma?: number | undefined;
              /** Epochs of linear growth to the learning rate (CosineWithWarmup). */
              warmup_epochs?: number | undefined;
              /** Epoch in which the lowest rate is reached; null: max_epochs (CosineWithWarmup). */
              T_max?: number | null | undefined;
            }
          | undefined;
      }
    | undefined;
}
