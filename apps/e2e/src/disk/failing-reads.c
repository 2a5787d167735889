/* Reads of files whose inode numbers stand in the file FAILING_INODES fail with EIO, as those of a disk do that cannot read a sector any more. For LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_failing(int fd) {
  const char *list = getenv("FAILING_INODES");
  struct stat of, file;
  char line[64] = {0};
  if (list == NULL || fstat(fd, &of) != 0 || !S_ISREG(of.st_mode) || stat(list, &file) != 0 || file.st_ino == of.st_ino) return 0;
  int numbers = open(list, O_RDONLY);
  if (numbers < 0) return 0;
  static ssize_t (*next_read)(int, void *, size_t);
  if (next_read == NULL) next_read = dlsym(RTLD_NEXT, "read");
  next_read(numbers, line, sizeof line - 1);
  close(numbers);
  return strtoull(line, NULL, 10) == of.st_ino;
}

#define FAILING(name, parameters, arguments)                          \
  ssize_t name parameters {                                           \
    static ssize_t(*next) parameters;                                 \
    if (next == NULL) next = dlsym(RTLD_NEXT, #name);                 \
    if (is_failing(fd)) {                                             \
      errno = EIO;                                                    \
      return -1;                                                      \
    }                                                                 \
    return next arguments;                                            \
  }

FAILING(read, (int fd, void *bytes, size_t size), (fd, bytes, size))
FAILING(pread, (int fd, void *bytes, size_t size, off_t at), (fd, bytes, size, at))
FAILING(pread64, (int fd, void *bytes, size_t size, off64_t at), (fd, bytes, size, at))
FAILING(readv, (int fd, const struct iovec *parts, int count), (fd, parts, count))
FAILING(preadv, (int fd, const struct iovec *parts, int count, off_t at), (fd, parts, count, at))
FAILING(preadv64, (int fd, const struct iovec *parts, int count, off64_t at), (fd, parts, count, at))
