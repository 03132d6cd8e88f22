#ifndef CEMBEDDEDIMAGES_H
#define CEMBEDDEDIMAGES_H

#include <stddef.h>

/// A file of the folder `data`, byte for byte, as it lies in the executable. The bytes live as long as the process.
typedef struct {
  const unsigned char *_Nonnull bytes;
  size_t count;
} EmbeddedFile;

/// 1,797 handwritten digits of 8x8 pixels: gzip of a CSV with one header line.
EmbeddedFile embedded_digits(void);

/// 6,000 images of Fashion-MNIST (2,000 train, 2,000 validation, 2,000 test, in this order): gzip of IDX images.
EmbeddedFile embedded_fashion_mini_images(void);

/// The classes of `embedded_fashion_mini_images`: gzip of IDX labels.
EmbeddedFile embedded_fashion_mini_labels(void);

#endif
