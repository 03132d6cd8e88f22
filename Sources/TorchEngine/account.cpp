#include "account.h"

#include "placement.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace espalier {

namespace {

thread_local Account *charged = nullptr;

/// What precedes every block. As large as the alignment libtorch's kernels expect, so that the block keeps it.
struct alignas(64) BlockHeader {
  int64_t bytes;
  Account *account;
};

class CountingAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    const c10::Device cpu(c10::DeviceType::CPU);
    if (bytes == 0) return {nullptr, nullptr, &free_block, cpu};
    if (void *placed = Placement::claim(bytes)) return {placed, placed, &free_block, cpu};
    void *memory = nullptr;
    const bool fits = bytes < SIZE_MAX / 2;
    if (!fits || posix_memalign(&memory, alignof(BlockHeader), sizeof(BlockHeader) + bytes) != 0) memory = nullptr;
    TORCH_CHECK_WITH(OutOfMemoryError, memory != nullptr, "cannot allocate ", bytes, " bytes of memory");
    auto *header = new (memory) BlockHeader{static_cast<int64_t>(bytes), charged};
    if (header->account != nullptr) {
      header->account->retain();
      header->account->charge(header->bytes);
    }
    void *block = header + 1;
    return {block, block, &free_block, cpu};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &free_block; }

  void copy_data(void *to, const void *from, size_t bytes) const override { std::memcpy(to, from, bytes); }

 private:
  static void free_block(void *block) {
    if (block == nullptr || Placement::owns(block)) return;
    auto *header = static_cast<BlockHeader *>(block) - 1;
    if (header->account != nullptr) {
      header->account->refund(header->bytes);
      header->account->release();
    }
    std::free(header);
  }
};

/// glibc maps a large block anew for each allocation and unmaps it when it is freed, so that a temporary of a few
/// megabytes costs a page fault for every 4 KiB of it on every use. With these thresholds such blocks come from the heap,
/// which keeps up to 256 MiB at its end. 32 MiB is glibc's highest threshold; arenas are mostly larger, and still go back to
/// the system.
void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

}  // namespace

void Account::charge(int64_t bytes) noexcept {
  const int64_t live = live_.fetch_add(bytes) + bytes;
  int64_t peak = peak_.load();
  while (peak < live && !peak_.compare_exchange_weak(peak, live)) {
  }
}

void Account::refund(int64_t bytes) noexcept { live_.fetch_sub(bytes); }

void Account::release() noexcept {
  if (references_.fetch_sub(1) == 1) delete this;
}

Charging::Charging(Account *account) noexcept : previous_(charged) { charged = account; }
Charging::~Charging() { charged = previous_; }

void install_accounting() {
  static std::once_flag once;
  std::call_once(once, [] {
    keep_freed_memory();
    // Never freed: blocks carry a pointer to its deleter until the process ends.
    static auto *allocator = new CountingAllocator;
    c10::SetCPUAllocator(allocator, /*priority=*/100);
  });
}

}  // namespace espalier
