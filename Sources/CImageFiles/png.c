#include "CImageFiles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

/* Whether libpng says that the file ends too early, in the words of its two places that find out. */
static int is_cut(const png_image *image) {
  return strstr(image->message, "Truncat") != NULL || strstr(image->message, "beyond end of data") != NULL;
}

static int fail(png_image *image, image_reason *reason) {
  const char *const text = is_cut(image)         ? "the file ends inside the image"
                           : image->message[0] ? image->message
                                               : "it cannot be read";
  snprintf(reason->text, sizeof reason->text, "%s", text);
  png_image_free(image);
  return 0;
}

static int begin(png_image *image, const uint8_t *bytes, size_t count, image_reason *reason) {
  memset(image, 0, sizeof *image);
  image->version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_memory(image, bytes, count)) return fail(image, reason);
  if ((uint64_t)image->width * image->height > IMAGE_MOST_PIXELS) {
    snprintf(reason->text, sizeof reason->text, "it has %ux%u pixels, and at most %d are read", image->width,
             image->height, IMAGE_MOST_PIXELS);
    png_image_free(image);
    return 0;
  }
  return 1;
}

int image_png_size(const uint8_t *bytes, size_t count, image_size *size, image_reason *reason) {
  png_image image;
  if (!begin(&image, bytes, count, reason)) return 0;
  size->width = (int32_t)image.width;
  size->height = (int32_t)image.height;
  png_image_free(&image);
  return 1;
}

int image_png_decode(const uint8_t *bytes, size_t count, int32_t channels, uint8_t *pixels, image_reason *reason) {
  png_image image;
  if (!begin(&image, bytes, count, reason)) return 0;
  const int has_alpha = (image.format & PNG_FORMAT_FLAG_ALPHA) != 0;
  image.format = channels == 1 ? (has_alpha ? PNG_FORMAT_GA : PNG_FORMAT_GRAY) : (has_alpha ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB);
  const size_t places = (size_t)image.width * image.height;
  uint8_t *const room = has_alpha ? malloc(places * (size_t)(channels + 1)) : pixels;
  if (room == NULL) {
    snprintf(reason->text, sizeof reason->text, "there is no memory for it");
    png_image_free(&image);
    return 0;
  }
  const int is_read = png_image_finish_read(&image, NULL, room, 0, NULL) != 0;
  if (is_read && has_alpha) {
    for (size_t place = 0; place < places; ++place) {
      memcpy(pixels + place * (size_t)channels, room + place * (size_t)(channels + 1), (size_t)channels);
    }
  }
  if (has_alpha) free(room);
  if (!is_read) return fail(&image, reason);
  /* What libpng only warns about, a cut-off file among them, is broken too. */
  if (image.warning_or_error != 0 && is_cut(&image)) return fail(&image, reason);
  return 1;
}

uint8_t *image_png_encode(const uint8_t *pixels, int32_t width, int32_t height, int32_t colours, size_t *count) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = (png_uint_32)width;
  image.height = (png_uint_32)height;
  image.format = colours == 1 ? PNG_FORMAT_GRAY : colours == 4 ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB;
  png_alloc_size_t length = 0;
  if (!png_image_write_to_memory(&image, NULL, &length, 0, pixels, 0, NULL)) return NULL;
  uint8_t *const bytes = malloc(length);
  if (bytes != NULL && !png_image_write_to_memory(&image, bytes, &length, 0, pixels, 0, NULL)) {
    free(bytes);
    return NULL;
  }
  *count = length;
  return bytes;
}
