import Synchronization

/// Values that are made at most once for each key, by whichever test asks first; others that ask meanwhile wait.
final class Cache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private final class Slot: Sendable {
    let value = Mutex<Value?>(nil)
  }

  private let slots = Mutex<[Key: Slot]>([:])

  func value(for key: Key, make: () -> Value) -> Value {
    let slot = slots.withLock { slots in
      let slot = slots[key] ?? Slot()
      slots[key] = slot
      return slot
    }
    return slot.value.withLock { value in
      let known = value ?? make()
      value = known
      return known
    }
  }
}
