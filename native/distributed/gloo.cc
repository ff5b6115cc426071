#define USE_DISTRIBUTED
#define USE_C10D_GLOO

#include "distributed/gloo.h"

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <utility>

#include "distributed/backend.h"

namespace deeplasia::distributed {
namespace {

std::string text(const std::vector<uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

class TcpStore final : public Store {
 public:
  explicit TcpStore(c10::intrusive_ptr<c10d::TCPStore> store) : store_(std::move(store)) {}

  void set(const std::string& key, const std::string& value) override {
    store_->set(key, std::vector<uint8_t>(value.begin(), value.end()));
  }

  // TCPStore's own `get` waits until the key is set.
  std::optional<std::string> get(const std::string& key) override {
    if (!store_->check({key})) return std::nullopt;
    return text(store_->get(key));
  }

  std::vector<std::optional<std::string>> get(const std::vector<std::string>& keys) override {
    std::vector<std::optional<std::string>> values;
    values.reserve(keys.size());
    if (!keys.empty() && store_->check(keys)) {
      for (const auto& bytes : store_->multiGet(keys)) values.emplace_back(text(bytes));
    } else {
      for (const auto& key : keys) values.push_back(get(key));
    }
    return values;
  }

 private:
  c10::intrusive_ptr<c10d::TCPStore> store_;
};

class Work final : public Operation {
 public:
  explicit Work(c10::intrusive_ptr<c10d::Work> work) : work_(std::move(work)) {}

  bool wait(Milliseconds time) override {
    try {
      return work_->wait(time);
    } catch (const std::exception&) {
      if (!work_->isCompleted()) return false;  // c10d also throws when the time is up
    }
    return work_->wait();
  }

 private:
  c10::intrusive_ptr<c10d::Work> work_;
};

}  // namespace

std::unique_ptr<Store> open_store(const std::string& host, int port, bool serves, Milliseconds timeout) {
  return std::make_unique<TcpStore>(tcp_store(host, port, serves, timeout));
}

std::unique_ptr<Collectives> open_gloo(const std::string& host, int port, const std::string& address,
                                       int rank, int size, Milliseconds timeout) {
  auto options = c10d::ProcessGroupGloo::Options::create(timeout);
  options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname(address));
  auto store = c10::make_intrusive<c10d::PrefixStore>("gloo", tcp_store(host, port, false, timeout));
  return std::make_unique<BackendCollectives<Work>>(
      c10::make_intrusive<c10d::ProcessGroupGloo>(std::move(store), rank, size, std::move(options)));
}

}  // namespace deeplasia::distributed
