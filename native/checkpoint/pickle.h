#pragma once

#include "bytes/bytes.h"
#include "checkpoint/dialect.h"
#include "checkpoint/globals.h"

namespace deeplasia::checkpoint {

/// Reads one pickle, of protocol 0 to 5, up to its end, into a plain value. Nothing is imported, looked up or
/// run. Throws ERR_DEEPLASIA_CHECKPOINT for a global that is not on the dialect's list, naming it, and for
/// a pickle that no pickler writes (cycles, values that change after their use, integers beyond 64 bits).
/// It needs at most about a hundred bytes of memory for each byte of the pickle.
Value unpickle(bytes::Cursor& input, const StorageLoader& load_storage,
               const Dialect& dialect = kCheckpoints);

/// Throws: the loader for pickles that cannot have storages.
TypedStorage refuse_storage(const Sequence& persistent_id);

}  // namespace deeplasia::checkpoint
