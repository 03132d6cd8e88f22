/* JPEG and PNG files as pixels, through libjpeg-turbo and libpng.
 *
 * Both report errors by a long jump or an abort, which Swift cannot take part in; here every call returns 1, or 0 with a
 * reason. No call keeps anything between calls, so any number of threads may call at once.
 */
#ifndef ESPALIER_CIMAGEFILES_H
#define ESPALIER_CIMAGEFILES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Words for people, ended by a zero byte. */
typedef struct { char text[256]; } image_reason;

typedef struct {
  int32_t width;
  int32_t height;
} image_size;

/* More pixels than this are refused before memory is asked for. */
#define IMAGE_MOST_PIXELS (1 << 28)

/* The size of a JPEG, from its header. */
int image_jpeg_size(const uint8_t *bytes, size_t count, image_size *size, image_reason *reason);

/* The size of a JPEG that is decoded at eighths / 8 of its sides. */
int image_jpeg_scaled_size(const uint8_t *bytes, size_t count, int32_t eighths, image_size *size, image_reason *reason);

/* Decodes at eighths / 8 of the sides, 1 to 8. Rows outside first ..< first + rows are read, so that a file that ends too
 * early is told, and not kept.
 * channels: 1 grey, 3 red, green, blue. pixels: [rows, width, channels]. A file in CMYK is converted as its Adobe marker
 * says. */
int image_jpeg_decode(const uint8_t *bytes, size_t count, int32_t eighths, int32_t channels, int32_t first, int32_t rows,
                      uint8_t *pixels, image_reason *reason);

/* The size of a PNG, from its header. */
int image_png_size(const uint8_t *bytes, size_t count, image_size *size, image_reason *reason);

/* The whole image, [height, width, channels]; transparency is dropped and leaves the colour beneath. */
int image_png_decode(const uint8_t *bytes, size_t count, int32_t channels, uint8_t *pixels, image_reason *reason);

/* Pixels as a JPEG of this quality, for tests and benchmarks. colours: 1, 3, or 4 for CMYK as Adobe writes it.
 * Returns bytes that the caller frees, or null. */
uint8_t *image_jpeg_encode(const uint8_t *pixels, int32_t width, int32_t height, int32_t colours, int32_t quality,
                           size_t *count);

/* Pixels as a PNG. Returns bytes that the caller frees, or null. */
uint8_t *image_png_encode(const uint8_t *pixels, int32_t width, int32_t height, int32_t colours, size_t *count);

#ifdef __cplusplus
}
#endif
#endif
