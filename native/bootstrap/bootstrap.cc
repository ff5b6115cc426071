// The first of the two addons. It uses no libtorch symbol, so it loads everywhere. It loads ONE libtorch into
// the process before the core, which is linked to libtorch by soname only. Every failure is a JS error.
#include <dlfcn.h>
#include <link.h>
#include <malloc.h>
#include <napi.h>

#include <climits>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>

namespace {

/// Returns the real path of an existing file, or the path as given.
std::string RealPath(const std::string& path) {
  char resolved[PATH_MAX];
  return realpath(path.c_str(), resolved) == nullptr ? path : resolved;
}

std::string Directory(const std::string& path) { return path.substr(0, path.rfind('/')); }

std::string LastError() {
  const char* message = dlerror();
  return message == nullptr ? "unknown error of the dynamic loader" : message;
}

/// Returns the path of the library with this soname if it is already loaded, else "".
std::string Resident(const char* soname) {
  void* handle = dlopen(soname, RTLD_LAZY | RTLD_NOLOAD);
  if (handle == nullptr) return "";
  link_map* map = nullptr;
  const bool known = dlinfo(handle, RTLD_DI_LINKMAP, static_cast<void*>(&map)) == 0 && map != nullptr;
  const std::string path = known ? RealPath(map->l_name) : soname;
  dlclose(handle);
  return path;
}

/// Sets what must be set before libtorch and its OpenMP runtime are loaded. The user's own settings are kept.
void TuneProcess() {
  // By default libgomp's threads spin while they wait, which is 5 times slower as soon as something else,
  // such as decoding, needs the cores.
  setenv("OMP_WAIT_POLICY", "passive", 0);
  // Suppresses c10d's warnings and stacks about connections that peers closed: the user gets our own error.
  // The core's initialise() applies it.
  setenv("TORCH_CPP_LOG_LEVEL", "FATAL", 0);
  // Activations of some MB are allocated and freed in every layer. Without this, each gets new pages from the
  // kernel, which takes a fifth of a forward's time.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
  // Creates no further heaps: see native/runtime/main_heap.h.
  mallopt(M_ARENA_MAX, 1);
}

/// Returns `major.minor.patch` of the loaded libtorch, or "" if it is too old to report its version.
std::string LoadedVersion(void* handle) {
  using AbiVersion = uint64_t (*)();
  const auto abi_version = reinterpret_cast<AbiVersion>(dlsym(handle, "aoti_torch_abi_version"));
  if (abi_version == nullptr) return "";
  const uint64_t version = abi_version();  // one byte each, from the top: major, minor, patch
  const auto part = [version](int shift) { return std::to_string((version >> shift) & 0xff); };
  return part(56) + "." + part(48) + "." + part(40);
}

Napi::Error CodedError(Napi::Env env, const std::string& message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, "ERR_DEEPLASIA_LIBTORCH_BROKEN"));
  return error;
}

/// Held while libtorch is opened: whoever comes second finds it open.
std::mutex& Opening() {
  static std::mutex mutex;
  return mutex;
}

std::string PathArgument(const Napi::CallbackInfo& info) {
  if (info.Length() != 1 || !info[0].IsString())
    throw Napi::TypeError::New(info.Env(), "path must be a string");
  return RealPath(info[0].As<Napi::String>().Utf8Value());
}

/// openAhead(path: string): void
/// Begins to open libtorch on a thread of its own. `open` waits for its end and reports what went wrong.
/// Where the process ends before that, the dynamic loader lets it wait.
Napi::Value OpenAhead(const Napi::CallbackInfo& info) {
  const std::string path = PathArgument(info);
  if (!Resident("libtorch_cpu.so").empty()) return info.Env().Undefined();
  TuneProcess();  // here, because no other thread may change the environment
  std::thread([path] {
    const std::lock_guard<std::mutex> lock(Opening());
    dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  }).detach();
  return info.Env().Undefined();
}

/// open(path: string): { version: string | null, path: string }
/// Loads libtorch. `path` is libtorch.so, or libtorch_cpu.so to leave CUDA out. A repeated call, in any
/// worker, changes nothing. The library is never closed: its threads and tables cannot be unloaded.
Napi::Value Open(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::string path = PathArgument(info);

  const std::lock_guard<std::mutex> lock(Opening());
  const std::string resident = Resident("libtorch_cpu.so");
  if (!resident.empty() && Directory(resident) != Directory(path)) {
    throw CodedError(env,
                     "another libtorch is already in this process: " + resident + " (wanted: " + path + ")");
  }
  TuneProcess();
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) throw CodedError(env, LastError());

  const std::string version = LoadedVersion(handle);
  Napi::Object opened = Napi::Object::New(env);
  opened.Set("version", version.empty() ? env.Null() : Napi::String::New(env, version));
  opened.Set("path", path);
  return opened;
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("openAhead", Napi::Function::New(env, OpenAhead, "openAhead"));
  exports.Set("open", Napi::Function::New(env, Open, "open"));
  return exports;
}

}  // namespace

NODE_API_MODULE(deeplasia, Init)
