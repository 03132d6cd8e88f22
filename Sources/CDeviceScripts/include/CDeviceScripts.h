#ifndef CDEVICESCRIPTS_H
#define CDEVICESCRIPTS_H

#include <stddef.h>

/// A file of the folder `scripts`, byte for byte, as it lies in the executable. It lives as long as the process.
typedef struct {
  const char *_Nonnull name;
  const unsigned char *_Nonnull bytes;
  size_t count;
} DeviceScript;

/// How many there are.
size_t device_script_count(void);

/// One of them, by a number below `device_script_count()`.
DeviceScript device_script(size_t index);

#endif
