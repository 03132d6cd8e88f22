// Threads that stay: lanes are handed to them for the length of one call.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace espalier {

class Workers {
 public:
  /// With `count` < 2 there are no threads, and work runs on the caller's.
  explicit Workers(int count);
  ~Workers();
  Workers(const Workers &) = delete;
  Workers &operator=(const Workers &) = delete;

  /// Calls `task` for 0 ..< `count`, each once, in any order and on any thread, and returns when all have returned.
  /// `task` must not throw.
  void run(int count, const std::function<void(int)> &task);

 private:
  void serve();

  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<void(int)> *task_ = nullptr;
  int next_ = 0;
  int end_ = 0;
  int running_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace espalier
