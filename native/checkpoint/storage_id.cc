#include "checkpoint/storage_id.h"

#include "checkpoint/arguments.h"

namespace deeplasia::checkpoint {

StorageId storage_id(const Sequence& persistent_id) {
  static const std::string kWhat = "a storage";
  const Arguments parts(kWhat, persistent_id);
  const std::string* type = parts.at(1).name();
  if (parts.text(0) != "storage" || type == nullptr) parts.fail();
  const std::string_view name = *type;
  const bool is_untyped = name == "torch.storage.UntypedStorage";
  const DType dtype = is_untyped ? dtype_named("uint8") : dtype_of_storage(name.substr(name.find('.') + 1));
  const int64_t count = parts.integer(4);
  uint64_t byte_count = 0;
  if (dtype == nullptr || count < 0 || __builtin_mul_overflow(count, dtype->size, &byte_count)) parts.fail();
  return {dtype, parts.text(2), byte_count};
}

}  // namespace deeplasia::checkpoint
