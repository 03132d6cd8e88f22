#include "CEmbeddedImages.h"

static const unsigned char digits[] = {
#embed "data/digits.csv.gz"
};

static const unsigned char fashion_mini_images[] = {
#embed "data/fashion-mini-images-idx3-ubyte.gz"
};

static const unsigned char fashion_mini_labels[] = {
#embed "data/fashion-mini-labels-idx1-ubyte.gz"
};

EmbeddedFile embedded_digits(void) { return (EmbeddedFile){digits, sizeof digits}; }

EmbeddedFile embedded_fashion_mini_images(void) {
  return (EmbeddedFile){fashion_mini_images, sizeof fashion_mini_images};
}

EmbeddedFile embedded_fashion_mini_labels(void) {
  return (EmbeddedFile){fashion_mini_labels, sizeof fashion_mini_labels};
}
