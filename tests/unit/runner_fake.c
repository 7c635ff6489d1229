/* tests/unit/runner_fake.c - a runner program that misbehaves in the way that its device index says. */
#include "core/err.h"
#include "runner/pipe.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/runner_fake.h"

static uint8_t buffer[ZN_PIPE_MESSAGE_BYTES_MAX];
static struct zn_pipe_message message;

static void put(void)
{
	size_t bytes = zn_pipe_encode(buffer, &message);
	if (send(ZN_PIPE_FD, buffer, bytes, MSG_NOSIGNAL) < 0)
		_exit(1);
}

static void get(uint8_t kind)
{
	do {
		ssize_t count = recv(ZN_PIPE_FD, buffer, sizeof buffer, 0);
		if (count <= 0 || !zn_pipe_decode(&message, buffer, (size_t)count, false))
			_exit(1);
	} while (message.kind != kind);
}

static void say_device(uint8_t kind, uint32_t index)
{
	memset(&message, 0, sizeof message);
	message.kind = kind;
	message.device = (struct zn_device){.index = index,
		.class = ZN_DEVICE_CPU,
		.exact = ZN_EXACT_YES,
		.sandbox = ZN_SANDBOX_NONE,
		.compute_units = 1,
		.width = 1,
		.alloc_bytes_max = 1 << 30,
		.memory_bytes = 1 << 30};
	put();
}

static void say_ready(uint32_t index)
{
	say_device(ZN_PIPE_OPENED, index);
	get(ZN_PIPE_TEST);
	say_device(ZN_PIPE_READY, index);
}

/* Whatever it is asked to build, the binary is one byte. */
static void build(uint32_t index)
{
	say_device(ZN_PIPE_OPENED, index);
	get(ZN_PIPE_BUILD);
	uint64_t tag = message.load.tag;
	memset(&message, 0, sizeof message);
	message.kind = ZN_PIPE_BUILT;
	message.loaded.tag = tag;
	message.loaded.binary_bytes = 1;
	message.loaded.log_bytes = 6;
	memcpy(message.loaded.log, "\033[31mx", 6);
	put();
	pause();
}

static void say_loaded(uint64_t tag)
{
	memset(&message, 0, sizeof message);
	message.kind = ZN_PIPE_LOADED;
	message.loaded.tag = tag;
	put();
}

static void say_done(uint64_t tag, uint8_t err, uint32_t items)
{
	memset(&message, 0, sizeof message);
	message.kind = ZN_PIPE_DONE;
	message.done = (struct zn_pipe_done){.tag = tag, .err = err, .items = items};
	put();
}

static _Noreturn void spin(void)
{
	for (;;)
		__asm__ volatile("");
}

static void say_progress(uint64_t tag, uint32_t items_done)
{
	message.kind = ZN_PIPE_PROGRESS;
	message.progress.tag = tag;
	message.progress.items_done = items_done;
	put();
}

static void send_descriptor(void)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	message.kind = ZN_PIPE_PAUSED;
	struct iovec part = {buffer, zn_pipe_encode(buffer, &message)};
	struct msghdr header = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control.bytes};
	struct cmsghdr *first = CMSG_FIRSTHDR(&header);
	const int fd = 0;
	first->cmsg_level = SOL_SOCKET;
	first->cmsg_type = SCM_RIGHTS;
	first->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(first), &fd, sizeof fd);
	sendmsg(ZN_PIPE_FD, &header, MSG_NOSIGNAL);
}

static void before_ready(uint32_t way)
{
	switch (way) {
	case FAKE_NOISE:
		memset(buffer, 0xa5, sizeof buffer);
		send(ZN_PIPE_FD, buffer, 300, 0);
		pause();
		break;
	case FAKE_TRUNCATED:
		memset(&message, 0, sizeof message);
		message.kind = ZN_PIPE_OPENED;
		message.device.class = ZN_DEVICE_CPU;
		message.device.exact = ZN_EXACT_YES;
		message.device.sandbox = ZN_SANDBOX_NONE;
		send(ZN_PIPE_FD, buffer, zn_pipe_encode(buffer, &message) - 1, 0);
		pause();
		break;
	case FAKE_HUGE: {
		static uint8_t huge[ZN_PIPE_MESSAGE_BYTES_MAX + 1];
		send(ZN_PIPE_FD, huge, sizeof huge, 0);
		pause();
		break;
	}
	case FAKE_ENDS:
		fputs("no driver today\n", stderr);
		_exit(7);
	case FAKE_OTHER_DEVICE:
		say_device(ZN_PIPE_OPENED, way + 1);
		pause();
		break;
	case FAKE_HANGS_UP:
		close(ZN_PIPE_FD);
		pause();
		break;
	case FAKE_COMMANDS: /* what only a driver may say */
		message.kind = ZN_PIPE_CANCEL;
		message.cancel_tag = 1;
		put();
		pause();
		break;
	case FAKE_DESCRIPTOR:
		say_ready(way);
		send_descriptor();
		pause();
		break;
	case FAKE_SPINS:
		spin();
	}
}

int main(int argc, char **argv)
{
	uint32_t way = argc > 2 ? (uint32_t)atoi(argv[2]) : 0;
	if (argc > 1 && strcmp(argv[1], "build") == 0)
		build(way);
	before_ready(way);
	say_ready(way);
	if (way == FAKE_DONE_UNASKED)
		say_done(1, ZN_ERR_OK, 1);
	get(ZN_PIPE_LOAD);
	say_loaded(message.load.tag + (way == FAKE_OTHER_TAG));
	if (way == FAKE_LOADED_TWICE)
		say_loaded(1);
	if (way == FAKE_NEVER_RESTS)
		spin();
	get(ZN_PIPE_RUN);
	uint64_t tag = message.run.tag;
	uint32_t count = message.run.count;
	switch (way) {
	case FAKE_TOO_FEW:
		say_done(tag, ZN_ERR_OK, count - 1);
		break;
	case FAKE_CANCELS:
		say_done(tag, ZN_ERR_CANCELLED, 0);
		break;
	case FAKE_FALSE_PROGRESS:
		say_progress(tag, 1);
		say_progress(tag, 1);
		break;
	case FAKE_MUCH_PROGRESS:
		say_progress(tag, count + 1);
		break;
	case FAKE_DONE_TWICE:
		say_done(tag, ZN_ERR_OK, count);
		say_done(tag, ZN_ERR_OK, count);
		break;
	case FAKE_ODD_ERR:
		say_done(tag, ZN_ERR_BUSY, count);
		break;
	case FAKE_FALSE_PAUSE:
		get(ZN_PIPE_PAUSE);
		message.kind = ZN_PIPE_PAUSED;
		put();
		spin();
	case FAKE_FLOODS:
		for (int i = 0; i < 100000; i++)
			(void)!write(1, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", 33);
		say_done(tag, ZN_ERR_OK, count);
		break;
	}
	pause();
	return 0;
}
