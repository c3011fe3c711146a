/* Logs every write, sync, truncation and removal below a folder, so that a crash can be played back at any point.
 *
 * Preloaded into a process (LD_PRELOAD). Each record: kind (1 byte), file number, offset, length (8 bytes each,
 * little-endian), then a name (open, unlink) or the data (write). Only what SQLite and Python use is caught.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define MOST 4096
static int log_fd = -1;
static int files[MOST];
static int count = 0;
static char names[1024][512];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int log_file(void) {
    if (log_fd < 0) {
        int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
        const char *path = getenv("KHAKA_WRITE_LOG");
        if (path != NULL) log_fd = real(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    }
    return log_fd;
}

static void note(char kind, int file, int64_t offset, int64_t length, const void *data, int64_t size) {
    ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    char head[25];
    int64_t number = file;
    head[0] = kind;
    memcpy(head + 1, &number, 8);
    memcpy(head + 9, &offset, 8);
    memcpy(head + 17, &length, 8);
    pthread_mutex_lock(&lock);
    if (log_file() >= 0) {
        ssize_t done = real(log_fd, head, 25);
        if (size > 0) done += real(log_fd, data, size);
        (void)done;
    }
    pthread_mutex_unlock(&lock);
}

static int number_of(const char *path) {
    int at;
    const char *folder = getenv("KHAKA_WRITE_FOLDER");
    if (folder == NULL || path == NULL || strncmp(path, folder, strlen(folder)) != 0) return 0;
    pthread_mutex_lock(&lock);
    for (at = 0; at < count; at++)
        if (strcmp(names[at], path) == 0) break;
    if (at == count && count < 1024) {
        strncpy(names[count], path, 511);
        count++;
    }
    pthread_mutex_unlock(&lock);
    return at + 1;
}

static int opened(int fd, const char *path, int flags) {
    int file = fd >= 0 && fd < MOST ? number_of(path) : 0;
    if (fd >= 0 && fd < MOST) files[fd] = file;
    if (file > 0) note((flags & O_TRUNC) ? 'T' : 'O', file, 0, strlen(path), path, strlen(path));
    return fd;
}

#define OPEN(NAME)                                                        \
    int NAME(const char *path, int flags, ...) {                          \
        int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, #NAME);    \
        va_list rest;                                                     \
        va_start(rest, flags);                                            \
        mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0; \
        va_end(rest);                                                     \
        return opened(real(path, flags, mode), path, flags);              \
    }
OPEN(open)
OPEN(open64)

#define OF(fd) ((fd) >= 0 && (fd) < MOST ? files[fd] : 0)

int close(int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, "close");
    if (fd >= 0 && fd < MOST) files[fd] = 0;
    return real(fd);
}

#define PWRITE(NAME)                                                             \
    ssize_t NAME(int fd, const void *data, size_t size, off_t offset) {          \
        ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, #NAME); \
        ssize_t done = real(fd, data, size, offset);                             \
        if (done > 0 && OF(fd) > 0) note('W', OF(fd), offset, done, data, done); \
        return done;                                                             \
    }
PWRITE(pwrite)
PWRITE(pwrite64)

ssize_t write(int fd, const void *data, size_t size) {
    ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    off_t offset = OF(fd) > 0 ? lseek(fd, 0, SEEK_CUR) : 0;
    ssize_t done = real(fd, data, size);
    if (done > 0 && OF(fd) > 0) note('W', OF(fd), offset, done, data, done);
    return done;
}

#define SYNC(NAME)                                       \
    int NAME(int fd) {                                   \
        int (*real)(int) = dlsym(RTLD_NEXT, #NAME);      \
        int done = real(fd);                             \
        if (done == 0 && OF(fd) > 0) note('S', OF(fd), 0, 0, NULL, 0); \
        return done;                                     \
    }
SYNC(fsync)
SYNC(fdatasync)

#define TRUNCATE(NAME)                                          \
    int NAME(int fd, off_t length) {                            \
        int (*real)(int, off_t) = dlsym(RTLD_NEXT, #NAME);      \
        int done = real(fd, length);                            \
        if (done == 0 && OF(fd) > 0) note('L', OF(fd), length, 0, NULL, 0); \
        return done;                                            \
    }
TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)

int unlink(const char *path) {
    int (*real)(const char *) = dlsym(RTLD_NEXT, "unlink");
    int file = number_of(path);
    int done = real(path);
    if (done == 0 && file > 0) note('U', file, 0, 0, NULL, 0);
    return done;
}
