#include "CImageFiles.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

/* libjpeg's error handler with the place to go on from. `manager` is first, so that a pointer to one is a pointer to the
 * other. */
typedef struct {
  struct jpeg_error_mgr manager;
  jmp_buf place;
  image_reason *reason;
} Handler;

static void stop(j_common_ptr info) {
  Handler *handler = (Handler *)info->err;
  char text[JMSG_LENGTH_MAX];
  handler->manager.format_message(info, text);
  snprintf(handler->reason->text, sizeof handler->reason->text, "%s", text);
  longjmp(handler->place, 1);
}

/* A file that ends too early would be filled up with grey. Other warnings are about files that every reader shows. */
static void warn(j_common_ptr info, int level) {
  if (level < 0 && info->err->msg_code == JWRN_JPEG_EOF) {
    snprintf(((Handler *)info->err)->reason->text, sizeof(image_reason), "the file ends inside the image");
    longjmp(((Handler *)info->err)->place, 1);
  }
}

static void silence(j_common_ptr info) { (void)info; }

static void handle(Handler *handler, j_common_ptr info, image_reason *reason) {
  info->err = jpeg_std_error(&handler->manager);
  handler->manager.error_exit = stop;
  handler->manager.emit_message = warn;
  handler->manager.output_message = silence;
  handler->reason = reason;
}

static void begin(struct jpeg_decompress_struct *info, const uint8_t *bytes, size_t count) {
  jpeg_create_decompress(info);
  jpeg_mem_src(info, bytes, count);
  jpeg_read_header(info, TRUE);
}

static int check(int64_t width, int64_t height, image_reason *reason) {
  if (width >= 1 && height >= 1 && width * height <= IMAGE_MOST_PIXELS) return 1;
  snprintf(reason->text, sizeof reason->text, "it has %lldx%lld pixels, and at most %d are read", (long long)width,
           (long long)height, IMAGE_MOST_PIXELS);
  return 0;
}

int image_jpeg_size(const uint8_t *bytes, size_t count, image_size *size, image_reason *reason) {
  return image_jpeg_scaled_size(bytes, count, 8, size, reason);
}

int image_jpeg_scaled_size(const uint8_t *bytes, size_t count, int32_t eighths, image_size *size, image_reason *reason) {
  struct jpeg_decompress_struct info;
  Handler handler;
  handle(&handler, (j_common_ptr)&info, reason);
  if (setjmp(handler.place)) {
    jpeg_destroy_decompress(&info);
    return 0;
  }
  begin(&info, bytes, count);
  const int is_small = check(info.image_width, info.image_height, reason);
  info.scale_num = (unsigned)eighths;
  info.scale_denom = 8;
  jpeg_calc_output_dimensions(&info);
  size->width = (int32_t)info.output_width;
  size->height = (int32_t)info.output_height;
  jpeg_destroy_decompress(&info);
  return is_small;
}

/* Ink to light. Adobe's files hold light already: 255 is no ink. */
static void convert_inks(const uint8_t *inks, int is_inverted, int channels, int width, uint8_t *row) {
  for (int x = 0; x < width; ++x) {
    int light[3];
    const int black = is_inverted ? inks[4 * x + 3] : 255 - inks[4 * x + 3];
    for (int c = 0; c < 3; ++c) light[c] = ((is_inverted ? inks[4 * x + c] : 255 - inks[4 * x + c]) * black + 127) / 255;
    if (channels == 3) {
      for (int c = 0; c < 3; ++c) row[3 * x + c] = (uint8_t)light[c];
    } else {
      /* The weights of ITU-R BT.601, which JPEG's own luminance has. */
      row[x] = (uint8_t)((299 * light[0] + 587 * light[1] + 114 * light[2] + 500) / 1000);
    }
  }
}

int image_jpeg_decode(const uint8_t *bytes, size_t count, int32_t eighths, int32_t channels, int32_t first, int32_t rows,
                      uint8_t *pixels, image_reason *reason) {
  struct jpeg_decompress_struct info;
  Handler handler;
  uint8_t *volatile inks = NULL;
  handle(&handler, (j_common_ptr)&info, reason);
  if (setjmp(handler.place)) {
    free(inks);
    jpeg_destroy_decompress(&info);
    return 0;
  }
  begin(&info, bytes, count);
  const int is_cmyk = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
  info.out_color_space = is_cmyk ? JCS_CMYK : channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  /* libjpeg makes no grey of an RGB file. */
  const int is_plain_rgb = info.jpeg_color_space == JCS_RGB && channels == 1;
  if (is_plain_rgb) info.out_color_space = JCS_RGB;
  info.scale_num = (unsigned)eighths;
  info.scale_denom = 8;
  jpeg_start_decompress(&info);
  const int width = (int)info.output_width;
  const int64_t end = (int64_t)first + rows;
  if (first < 0 || rows < 1 || end > info.output_height) {
    snprintf(reason->text, sizeof reason->text, "rows %d to %lld of %u", first, (long long)end, info.output_height);
    jpeg_destroy_decompress(&info);
    return 0;
  }
  const int is_converted = is_cmyk || is_plain_rgb;
  inks = malloc((size_t)width * 4);
  if (inks == NULL) {
    snprintf(reason->text, sizeof reason->text, "there is no memory for it");
    jpeg_destroy_decompress(&info);
    return 0;
  }
  if (first > 0) jpeg_skip_scanlines(&info, (JDIMENSION)first);
  const size_t stride = (size_t)width * (size_t)channels;
  while (info.output_scanline < (JDIMENSION)end) {
    uint8_t *const row = pixels + ((size_t)info.output_scanline - (size_t)first) * stride;
    JSAMPROW place = is_converted ? inks : row;
    jpeg_read_scanlines(&info, &place, 1);
    if (is_cmyk) convert_inks(inks, info.saw_Adobe_marker, channels, width, row);
    if (is_plain_rgb) {
      for (int x = 0; x < width; ++x) {
        row[x] = (uint8_t)((299 * inks[3 * x] + 587 * inks[3 * x + 1] + 114 * inks[3 * x + 2] + 500) / 1000);
      }
    }
  }
  /* The rows below are skipped but for the last: without it libjpeg would not look at them at all. */
  if (info.output_scanline + 1 < info.output_height) {
    jpeg_skip_scanlines(&info, info.output_height - info.output_scanline - 1);
  }
  while (info.output_scanline < info.output_height) {
    JSAMPROW place = inks;
    jpeg_read_scanlines(&info, &place, 1);
  }
  jpeg_finish_decompress(&info);
  free(inks);
  jpeg_destroy_decompress(&info);
  return 1;
}

uint8_t *image_jpeg_encode(const uint8_t *pixels, int32_t width, int32_t height, int32_t colours, int32_t quality,
                           size_t *count) {
  struct jpeg_compress_struct info;
  Handler handler;
  image_reason reason;
  unsigned char *volatile bytes = NULL;
  unsigned char *grown = NULL;
  unsigned long length = 0;
  handle(&handler, (j_common_ptr)&info, &reason);
  if (setjmp(handler.place)) {
    jpeg_destroy_compress(&info);
    free(bytes);
    return NULL;
  }
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &grown, &length);
  info.image_width = (JDIMENSION)width;
  info.image_height = (JDIMENSION)height;
  info.input_components = colours;
  info.in_color_space = colours == 1 ? JCS_GRAYSCALE : colours == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = (JSAMPROW)(pixels + (size_t)info.next_scanline * (size_t)width * (size_t)colours);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  bytes = grown;
  jpeg_destroy_compress(&info);
  *count = length;
  return bytes;
}
