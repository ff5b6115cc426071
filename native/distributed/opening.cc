#include "distributed/opening.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

namespace deeplasia::distributed {
namespace {

class Opening final : public Operation {
 public:
  Opening(std::function<std::unique_ptr<Collectives>()> open, Opened opened)
      : state_(std::make_shared<State>()), opened_(std::move(opened)) {
    std::thread([state = state_, open = std::move(open)] {
      std::unique_ptr<Collectives> result;
      std::exception_ptr failure;
      try {
        result = open();
      } catch (...) {
        failure = std::current_exception();
      }
      const std::lock_guard lock(state->mutex);
      state->result = std::move(result);
      state->failure = failure;
      state->is_done = true;
      state->wake.notify_all();
    }).detach();
  }

  bool wait(Milliseconds time) override {
    std::unique_lock lock(state_->mutex);
    if (!state_->wake.wait_for(lock, time, [&] { return state_->is_done; })) return false;
    if (state_->failure) std::rethrow_exception(state_->failure);
    if (state_->result) opened_(std::move(state_->result));
    return true;
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable wake;
    bool is_done = false;
    std::unique_ptr<Collectives> result;
    std::exception_ptr failure;
  };

  std::shared_ptr<State> state_;
  Opened opened_;
};

}  // namespace

std::unique_ptr<Operation> open_in_background(std::function<std::unique_ptr<Collectives>()> open,
                                              Opened opened) {
  return std::make_unique<Opening>(std::move(open), std::move(opened));
}

}  // namespace deeplasia::distributed
