/*
 * Fills the page cache with a file until next to no memory is free: reads what of it is not there, from its start, for as long as that makes free memory less. From then on whoever
 * needs memory gets pages that were in use a moment ago. A sparse file takes no disk, and its pages are as good as any. Prints one line of JSON, and what went wrong to standard
 * error with exit code 1.
 *
 *   page-cache fill FILE
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK (1u << 20)
#define WINDOW ((size_t)64 * BLOCK)
#define PAGE 4096u
/* Next to none: a part of all memory. The kernel keeps some of it free itself. */
#define FREE_PART 40
/* So much read without less free memory than ever before: the kernel takes back what we take. */
#define IN_VAIN_BYTES ((size_t)2048 * BLOCK)

static char block[BLOCK];
static unsigned char resident[WINDOW / PAGE];

static void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

/* Whether all of a block is in the page cache; `at` counts from the start of the window. */
static int is_resident(size_t at, size_t bytes) {
  for (size_t page = at / PAGE; page * PAGE < at + bytes; page++)
    if (!(resident[page] & 1)) return 0;
  return 1;
}

static size_t bytes_of_memory(const char *format) {
  FILE *about = fopen("/proc/meminfo", "r");
  char line[128];
  long kilobytes = -1;
  if (about == NULL) fail("/proc/meminfo");
  while (kilobytes < 0 && fgets(line, sizeof line, about) != NULL) sscanf(line, format, &kilobytes);
  fclose(about);
  if (kilobytes < 0) fail(format);
  return (size_t)kilobytes << 10;
}

static size_t free_bytes(void) { return bytes_of_memory("MemFree: %ld"); }

static size_t fill_window(int file, const char *mapped, off_t from, size_t bytes) {
  if (mincore((void *)(uintptr_t)(mapped + from), bytes, resident) != 0) fail("mincore");
  size_t read_bytes = 0;
  for (size_t at = 0; at < bytes; at += BLOCK) {
    size_t wanted = bytes - at < BLOCK ? bytes - at : BLOCK;
    if (is_resident(at, wanted)) continue;
    if (pread(file, block, wanted, from + (off_t)at) != (ssize_t)wanted) fail("read");
    read_bytes += wanted;
  }
  return read_bytes;
}

int main(int argc, char **argv) {
  if (argc != 3 || strcmp(argv[1], "fill") != 0) {
    fprintf(stderr, "usage: page-cache fill FILE\n");
    return 1;
  }
  int file = open(argv[2], O_RDONLY);
  if (file < 0) fail("open");
  struct stat about;
  if (fstat(file, &about) != 0) fail("stat");
  size_t bytes = (size_t)about.st_size, read_bytes = 0;
  const char *mapped = mmap(NULL, bytes, PROT_READ, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) fail("mmap");
  size_t before = free_bytes(), least = before, wanted = bytes_of_memory("MemTotal: %ld") / FREE_PART, in_vain = 0;
  for (size_t from = 0; from < bytes && least > wanted && in_vain < IN_VAIN_BYTES; from += WINDOW) {
    size_t taken = fill_window(file, mapped, (off_t)from, bytes - from < WINDOW ? bytes - from : WINDOW), free_now = free_bytes();
    read_bytes += taken;
    in_vain = free_now < least ? 0 : in_vain + taken;
    if (free_now < least) least = free_now;
  }
  printf("{\"freeBefore\":%zu,\"free\":%zu,\"read\":%zu}\n", before, free_bytes(), read_bytes);
  return 0;
}
