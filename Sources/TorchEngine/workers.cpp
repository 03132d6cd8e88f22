#include "workers.h"

namespace espalier {

Workers::Workers(int count) {
  if (count < 2) return;
  threads_.reserve(count);
  for (int index = 0; index < count; ++index) threads_.emplace_back([this] { serve(); });
}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (auto &thread : threads_) thread.join();
}

void Workers::run(int count, const std::function<void(int)> &task) {
  if (threads_.empty() || count < 2) {
    for (int index = 0; index < count; ++index) task(index);
    return;
  }
  std::unique_lock lock(mutex_);
  task_ = &task;
  next_ = 0;
  end_ = count;
  changed_.notify_all();
  changed_.wait(lock, [this] { return next_ == end_ && running_ == 0; });
  task_ = nullptr;
}

void Workers::serve() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || next_ < end_; });
    if (stopping_) return;
    const int index = next_++;
    const auto &task = *task_;
    ++running_;
    lock.unlock();
    task(index);
    lock.lock();
    --running_;
    if (next_ == end_ && running_ == 0) changed_.notify_all();
  }
}

}  // namespace espalier
