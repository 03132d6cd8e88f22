// How a function of the engine fails: one exception type with a status, turned into a C status at the border (api.cpp).
#pragma once

#include "CEngine.h"

#include <exception>
#include <string>
#include <utility>

namespace espalier {

class Failure : public std::exception {
 public:
  Failure(es_status status, std::string text) : status(status), text(std::move(text)) {}
  const char *what() const noexcept override { return text.c_str(); }

  es_status status;
  std::string text;
};

/// Refuses a caller's mistake: throws ES_INVALID with `text` unless `holds`.
inline void require(bool holds, const char *text) {
  if (!holds) throw Failure(ES_INVALID, text);
}

/// The exception in flight as a Failure, with libtorch's and the standard library's types mapped to a status.
/// Must be called from a catch clause.
Failure current_failure();

}  // namespace espalier
