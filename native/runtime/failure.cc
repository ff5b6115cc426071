#include "runtime/failure.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <new>
#include <string_view>

namespace deeplasia::runtime {
namespace {

constexpr const char* kInternal = "ERR_DEEPLASIA_INTERNAL";
constexpr const char* kOutOfMemory = "ERR_DEEPLASIA_OUT_OF_MEMORY";

// The interpreter reports "The following operation failed …", a traceback in the model's own source, and last
// the reason as Python would print it ("RuntimeError: …", "builtins.ValueError: …"). Only the reason helps a
// user.
std::string reason(std::string_view text) {
  const size_t raised = text.rfind("Error: ");
  if (text.find("Traceback of TorchScript") != std::string_view::npos && raised != std::string_view::npos)
    text.remove_prefix(raised + 7);
  const size_t stack = text.find("\nException raised from");
  if (stack != std::string_view::npos) text = text.substr(0, stack);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  while (!text.empty() && (text.front() == '\n' || text.front() == ' ')) text.remove_prefix(1);
  return std::string(text);
}

Failure plain(const char* text) {
  std::string message = reason(text);
  const bool memory = message.find("DefaultCPUAllocator") != std::string::npos ||
                      message.find("CUDA out of memory") != std::string::npos;
  return {memory ? kOutOfMemory : kInternal, std::move(message)};
}

}  // namespace

Failure describe(const std::exception_ptr& error) noexcept try {
  try {
    std::rethrow_exception(error);
  } catch (const CodedError& e) {
    return {e.code(), e.what()};
  } catch (const c10::OutOfMemoryError& e) {
    return {kOutOfMemory, reason(e.what_without_backtrace())};
  } catch (const c10::Error& e) {
    return plain(e.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    return {kOutOfMemory, "out of memory"};
  } catch (const std::exception& e) {
    return plain(e.what());
  } catch (...) {
    return {kInternal, "unknown native error"};
  }
} catch (...) {
  return {kOutOfMemory, {}};
}

std::string first_line(const std::exception_ptr& error) {
  std::string message = describe(error).message;
  message.erase(std::ranges::find(message, '\n'), message.end());
  return message;
}

}  // namespace deeplasia::runtime
