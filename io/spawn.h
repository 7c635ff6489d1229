/* io/spawn.h - start another program of ours, with a message socket and shared memory. */
#ifndef ZN_IO_SPAWN_H
#define ZN_IO_SPAWN_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct zn_child {
	pid_t pid;
	int pidfd;   /* readable when it has ended: watch it on the loop */
	bool leads;  /* a process group of its own */
	int channel; /* our end of a SOCK_SEQPACKET pair, non-blocking; -1 if none was asked for */
};

struct zn_spawn_options {
	const char *path;               /* executable */
	const char *const *argv;        /* NULL-terminated, argv[0] included */
	const char *const *environment; /* NULL-terminated "A=b"; NULL = empty */
	bool channel;                   /* give it fd 3: the other end of `channel` */
	const int *extra_fds;           /* become fds 4, 5, ...; others are closed */
	size_t extra_fds_count;
	int stderr_fd; /* -1: inherited */
	int stdout_fd; /* -1: inherited */
	/* User, mount, process, network, IPC, host name and cgroup namespaces of its own, where the
	   system allows them; else none of them. Inside it is process 1 and user 0, whose
	   capabilities count in there only. */
	bool own_namespaces;
	bool own_group; /* lead a process group: zn_child_end kills all that are in it */
	bool die_with_parent;
};

enum zn_err zn_spawn(struct zn_child *out, const struct zn_spawn_options *options);
/** SIGKILL it (and its group), reap, close. Safe on a zeroed or finished child. *status as from waitpid, may be NULL. */
void zn_child_end(struct zn_child *child, int *status);
/** Sealed-size shared memory (memfd with F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), mapped here. */
enum zn_err zn_shared_memory_create(int *fd, void **mapped, size_t bytes);
/** The same, but whoever else maps it may only read. */
enum zn_err zn_shared_memory_create_read_only(int *fd, void **mapped, size_t bytes);
void zn_shared_memory_destroy(int fd, void *mapped, size_t bytes);

#endif
