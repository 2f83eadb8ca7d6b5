// A value that is made at its first use and never destroyed: calls may come from atexit handlers,
// static destructors, and threads that still run while the process exits.
//
// No lock, unlike a function's static: threads that come at the same time make one value each, and
// one of them stays. So a fork() in the middle leaves nothing locked in the child, and a `make`
// that throws (memory is short) leaves nothing behind: the next call tries again.

#ifndef LANEWISE_DISPATCH_BASE_ONCE_H_
#define LANEWISE_DISPATCH_BASE_ONCE_H_

#include <atomic>

namespace lanewise {

// For variables with static storage; T is made by `make` and copied or moved.
template <class T>
class Once {
 public:
  template <class Make>
  const T& Get(Make make) {
    if (const T* value = value_.load(std::memory_order_acquire)) return *value;
    const T* made = new T(make());
    const T* first = nullptr;
    if (value_.compare_exchange_strong(first, made, std::memory_order_acq_rel)) return *made;
    delete made;
    return *first;
  }
  // Null: not made so far.
  const T* Peek() const { return value_.load(std::memory_order_acquire); }

 private:
  std::atomic<const T*> value_{nullptr};
};

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_BASE_ONCE_H_
