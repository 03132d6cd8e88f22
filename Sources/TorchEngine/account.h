// Counting the bytes of tensors: an allocator in place of libtorch's CPU allocator that charges each block to the
// context on whose behalf a thread works.
#pragma once

#include <atomic>
#include <cstdint>

namespace espalier {

/// Live and peak bytes of one context's CPU tensors, temporaries included. Lives until its last block is freed.
class Account {
 public:
  void charge(int64_t bytes) noexcept;
  void refund(int64_t bytes) noexcept;
  void reset_peak() noexcept { peak_.store(live_.load()); }
  int64_t peak() const noexcept { return peak_.load(); }

  void retain() noexcept { references_.fetch_add(1); }
  void release() noexcept;

 private:
  std::atomic<int64_t> live_{0};
  std::atomic<int64_t> peak_{0};
  std::atomic<int64_t> references_{1};
};

/// While it exists, this thread's allocations are charged to `account`.
class Charging {
 public:
  explicit Charging(Account *account) noexcept;
  ~Charging();
  Charging(const Charging &) = delete;
  Charging &operator=(const Charging &) = delete;

 private:
  Account *previous_;
};

/// Puts the counting allocator in place, once a process.
void install_accounting();

}  // namespace espalier
