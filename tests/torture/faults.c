/* Ends a process, or fills its disk, at the n-th call that changes a file below a folder.
 *
 * Preloaded (LD_PRELOAD), so that what C libraries write (SQLite, Arrow, DuckDB) counts as well as what Python does.
 * khaka_arm(folder, at, how) from inside the process; how is 'k' (SIGKILL before the call), 'h' (half of what is
 * written, then SIGKILL), 'f' (the disk is full: half of what is written, then ENOSPC, now and for good) or 'n' (only
 * count). khaka_kinds() tells what each call so far was: 'w' writes, 'd' makes something durable.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char folder[512];
static long at = 0, seen = 0;
static char how = 'n';
static char kinds[1 << 16];

void khaka_arm(const char *below, long step, int kind) {
    strncpy(folder, below, sizeof folder - 1);
    at = step;
    seen = 0;
    memset(kinds, 0, sizeof kinds);
    how = (char)kind;
}

const char *khaka_kinds(void) { return kinds; }

static int ours(const char *path) {
    char whole[1024];
    if (folder[0] == 0 || path == NULL) return 0;
    if (path[0] == '/') return strncmp(path, folder, strlen(folder)) == 0;
    if (getcwd(whole, sizeof whole) == NULL) return 0;
    return strncmp(whole, folder, strlen(folder)) == 0;
}

static int ours_fd(int fd) {
    char link[64], path[1024];
    ssize_t length;
    struct stat found;
    if (folder[0] == 0 || fstat(fd, &found) != 0 || !(S_ISREG(found.st_mode) || S_ISDIR(found.st_mode))) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return ours(path);
}

/* What to do with this call: 0 let it pass, 1 half of it and then the end, 2 half of it (full), 3 nothing of it (full). */
static int step(char kind, int needs_room) {
    long now = __sync_add_and_fetch(&seen, 1);
    if (now < (long)sizeof kinds) kinds[now - 1] = kind;
    if (at == 0 || now < at) return 0;
    if (how == 'k' && now == at) kill(getpid(), SIGKILL);
    if (how == 'h' && now == at) return 1;
    if (how == 'f' && needs_room) return now == at ? 2 : 3;
    return 0;
}

static ssize_t full(void) {
    errno = ENOSPC;
    return -1;
}

#define REAL(NAME, ...) __VA_ARGS__ = dlsym(RTLD_NEXT, #NAME)
#define END kill(getpid(), SIGKILL)

#define WRITE(NAME, MORE, PASS)                                                        \
    ssize_t NAME(int fd, const void *data, size_t size MORE) {                         \
        REAL(NAME, ssize_t (*real)(int, const void *, size_t MORE));                   \
        if (!ours_fd(fd)) return real(fd, data, size PASS);                            \
        switch (step('w', 1)) {                                                        \
        case 0: return real(fd, data, size PASS);                                      \
        case 1: if (size > 1) size = (size_t)real(fd, data, size / 2 PASS); END; return -1; \
        case 2: return size > 1 ? real(fd, data, size / 2 PASS) : full();              \
        default: return full();                                                        \
        }                                                                              \
    }
#define NONE
#define COMMA ,
WRITE(write, NONE, NONE)
WRITE(pwrite, COMMA off_t offset, COMMA offset)
WRITE(pwrite64, COMMA off_t offset, COMMA offset)

#define VECTOR(NAME, MORE, PASS)                                                       \
    ssize_t NAME(int fd, const struct iovec *parts, int count MORE) {                  \
        REAL(NAME, ssize_t (*real)(int, const struct iovec *, int MORE));              \
        if (!ours_fd(fd)) return real(fd, parts, count PASS);                          \
        switch (step('w', 1)) {                                                        \
        case 0: return real(fd, parts, count PASS);                                    \
        case 1: END; return -1;                                                        \
        default: return full();                                                        \
        }                                                                              \
    }
VECTOR(writev, NONE, NONE)
VECTOR(pwritev, COMMA off_t offset, COMMA offset)
VECTOR(pwritev64, COMMA off_t offset, COMMA offset)

/* A call on an open file that is done or not done. */
#define ON_FILE(NAME, ROOM, MORE, PASS)                                                \
    int NAME(int fd MORE) {                                                            \
        REAL(NAME, int (*real)(int MORE));                                             \
        if (!ours_fd(fd)) return real(fd PASS);                                        \
        switch (step('d', ROOM)) {                                                     \
        case 0: return real(fd PASS);                                                  \
        case 1: END; return -1;                                                        \
        default: return (int)full();                                                   \
        }                                                                              \
    }
ON_FILE(fsync, 1, NONE, NONE)
ON_FILE(fdatasync, 1, NONE, NONE)
ON_FILE(ftruncate, 1, COMMA off_t length, COMMA length)
ON_FILE(ftruncate64, 1, COMMA off_t length, COMMA length)
ON_FILE(fallocate, 1, COMMA int mode COMMA off_t offset COMMA off_t length, COMMA mode COMMA offset COMMA length)
ON_FILE(fallocate64, 1, COMMA int mode COMMA off_t offset COMMA off_t length, COMMA mode COMMA offset COMMA length)

/* A call on a name that is done or not done; one that changes nothing (no such file, or there already) passes. */
#define ON_NAME(NAME, ROOM, THERE, MORE, PASS)                                                \
    int NAME(const char *path MORE) {                                                  \
        REAL(NAME, int (*real)(const char * MORE));                                    \
        if (!ours(path) || (access(path, F_OK) == 0) != THERE) return real(path PASS); \
        switch (step('d', ROOM)) {                                                     \
        case 0: return real(path PASS);                                                \
        case 1: END; return -1;                                                        \
        default: return (int)full();                                                   \
        }                                                                              \
    }
ON_NAME(unlink, 0, 1, NONE, NONE)
ON_NAME(rmdir, 0, 1, NONE, NONE)
ON_NAME(mkdir, 1, 0, COMMA mode_t mode, COMMA mode)
ON_NAME(rename, 0, 1, COMMA const char *to, COMMA to)

int unlinkat(int at_fd, const char *path, int flags) {
    REAL(unlinkat, int (*real)(int, const char *, int));
    if ((path[0] == '/' ? ours(path) : at_fd >= 0 ? ours_fd(at_fd) : ours(path)) && step('d', 0) == 1) END;
    return real(at_fd, path, flags);
}

/* posix_fallocate tells the error instead of setting it. */
#define RESERVE(NAME)                                                                  \
    int NAME(int fd, off_t offset, off_t length) {                                     \
        REAL(NAME, int (*real)(int, off_t, off_t));                                    \
        if (!ours_fd(fd)) return real(fd, offset, length);                             \
        switch (step('w', 1)) {                                                        \
        case 0: return real(fd, offset, length);                                       \
        case 1: END; return -1;                                                        \
        default: return ENOSPC;                                                        \
        }                                                                              \
    }
RESERVE(posix_fallocate)
RESERVE(posix_fallocate64)

/* Making a file needs room as well: counted only where the file isn't there yet. */
#define OPEN(NAME)                                                                     \
    int NAME(const char *path, int flags, ...) {                                       \
        REAL(NAME, int (*real)(const char *, int, ...));                               \
        va_list rest;                                                                  \
        va_start(rest, flags);                                                         \
        mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0;      \
        va_end(rest);                                                                  \
        if ((flags & O_CREAT) && ours(path) && access(path, F_OK) != 0) {              \
            switch (step('w', 1)) {                                                    \
            case 0: break;                                                             \
            case 1: END; return -1;                                                    \
            default: return (int)full();                                               \
            }                                                                          \
        }                                                                              \
        return real(path, flags, mode);                                                \
    }
OPEN(open)
OPEN(open64)
