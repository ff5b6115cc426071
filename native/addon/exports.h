#pragma once

#include <napi.h>

// The functions of the export table (addon.cc), by file. Signatures as JS sees them: src/native.ts.
namespace deeplasia::addon {

// model_exports.cc
Napi::Value load_model(const Napi::CallbackInfo& info);
Napi::Value model_facts(const Napi::CallbackInfo& info);
Napi::Value forward(const Napi::CallbackInfo& info);
Napi::Value predict(const Napi::CallbackInfo& info);
Napi::Value predict_values(const Napi::CallbackInfo& info);
Napi::Value try_blank(const Napi::CallbackInfo& info);

// saliency_exports.cc
Napi::Value load_saliency(const Napi::CallbackInfo& info);
Napi::Value draw_saliency(const Napi::CallbackInfo& info);

// batch_exports.cc
Napi::Value create_batch(const Napi::CallbackInfo& info);
Napi::Value fill_slot(const Napi::CallbackInfo& info);
Napi::Value prepare_picture(const Napi::CallbackInfo& info);
Napi::Value fill_target(const Napi::CallbackInfo& info);
Napi::Value read_batch(const Napi::CallbackInfo& info);
Napi::Value release(const Napi::CallbackInfo& info);

// png_exports.cc
Napi::Value decode_png(const Napi::CallbackInfo& info);

// checkpoint_exports.cc
Napi::Value read_checkpoint(const Napi::CallbackInfo& info);
Napi::Value assign_tensors(const Napi::CallbackInfo& info);
Napi::Value save_tensors(const Napi::CallbackInfo& info);

// network_exports.cc
Napi::Value backbones(const Napi::CallbackInfo& info);
Napi::Value build_network(const Napi::CallbackInfo& info);
Napi::Value build_mask_network(const Napi::CallbackInfo& info);
Napi::Value build_expectation_network(const Napi::CallbackInfo& info);
Napi::Value build_cropper(const Napi::CallbackInfo& info);
Napi::Value network_tensors(const Napi::CallbackInfo& info);
Napi::Value initialise_network(const Napi::CallbackInfo& info);
Napi::Value save_network(const Napi::CallbackInfo& info);

// mask_exports.cc
Napi::Value predict_masks(const Napi::CallbackInfo& info);
Napi::Value find_hand(const Napi::CallbackInfo& info);

// training_exports.cc
Napi::Value create_trainer(const Napi::CallbackInfo& info);
Napi::Value trainer_facts(const Napi::CallbackInfo& info);
Napi::Value train_step(const Napi::CallbackInfo& info);
Napi::Value evaluate_step(const Napi::CallbackInfo& info);
Napi::Value save_trained(const Napi::CallbackInfo& info);
Napi::Value save_training(const Napi::CallbackInfo& info);
Napi::Value restore_training(const Napi::CallbackInfo& info);
Napi::Value adopt_optimizer(const Napi::CallbackInfo& info);

// distributed_exports.cc
Napi::Value join_group(const Napi::CallbackInfo& info);
Napi::Value gather_texts(const Napi::CallbackInfo& info);
Napi::Value close_group(const Napi::CallbackInfo& info);
Napi::Value leave_group(const Napi::CallbackInfo& info);
Napi::Value join_trainers(const Napi::CallbackInfo& info);
Napi::Value synchronise_trainers(const Napi::CallbackInfo& info);
Napi::Value gather_gradients(const Napi::CallbackInfo& info);

// phantom_exports.cc
Napi::Value draw_phantom(const Napi::CallbackInfo& info);

// archive_exports.cc
Napi::Value model_file_kind(const Napi::CallbackInfo& info);
Napi::Value read_extra_file(const Napi::CallbackInfo& info);
Napi::Value write_extra_file(const Napi::CallbackInfo& info);
Napi::Value halve_archive(const Napi::CallbackInfo& info);

}  // namespace deeplasia::addon
