#pragma once

#include "bytes/bytes.h"
#include "checkpoint/dialect.h"
#include "checkpoint/globals.h"

namespace deeplasia::checkpoint {

/// Reads one pickle, of protocol 0 to 5, up to its end, into a plain value. Nothing is imported, looked up or
/// run: a global that is not on the dialect's list is refused by name, with ERR_DEEPLASIA_CHECKPOINT, as
/// is every pickle that no pickler writes (cycles, values that change after their use, integers beyond 64
/// bits). Memory: about a hundred bytes for a byte of the pickle at worst.
Value unpickle(bytes::Cursor& input, const StorageLoader& load_storage,
               const Dialect& dialect = kCheckpoints);

/// A loader for pickles that can have no storages.
TypedStorage refuse_storage(const Sequence& persistent_id);

}  // namespace deeplasia::checkpoint
