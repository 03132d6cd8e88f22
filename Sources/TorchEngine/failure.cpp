#include "failure.h"

#include <c10/util/Exception.h>

#include <new>

namespace espalier {

Failure current_failure() {
  try {
    throw;
  } catch (const Failure &failure) {
    return failure;
  } catch (const c10::OutOfMemoryError &error) {
    return Failure(ES_OUT_OF_MEMORY, error.what_without_backtrace());
  } catch (const std::bad_alloc &) {
    return Failure(ES_OUT_OF_MEMORY, "out of memory");
  } catch (const c10::Error &error) {
    return Failure(ES_INTERNAL, error.what_without_backtrace());
  } catch (const std::exception &error) {
    return Failure(ES_INTERNAL, error.what());
  } catch (...) {
    return Failure(ES_INTERNAL, "an exception of unknown type");
  }
}

}  // namespace espalier
