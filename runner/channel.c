#include "runner/channel.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static uint8_t buffer[ZN_PIPE_MESSAGE_BYTES_MAX];

bool zn_channel_is_there(void)
{
	int type = 0;
	socklen_t size = sizeof type;
	return getsockopt(ZN_PIPE_FD, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
	       type == SOCK_SEQPACKET;
}

/* EINTR or a full socket: is it worth another try? */
static bool wait_for_room(void)
{
	if (errno == EINTR)
		return true;
	if (errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS)
		return false;
	struct pollfd ready = {.fd = ZN_PIPE_FD, .events = POLLOUT};
	return poll(&ready, 1, -1) >= 0 || errno == EINTR;
}

void zn_channel_send(struct zn_pipe_message *message)
{
	size_t bytes = zn_pipe_encode(buffer, message);
	while (send(ZN_PIPE_FD, buffer, bytes, MSG_NOSIGNAL) < 0)
		if (!wait_for_room())
			_exit(1);
}

void zn_channel_send_if_room(struct zn_pipe_message *message)
{
	size_t bytes = zn_pipe_encode(buffer, message);
	(void)!send(ZN_PIPE_FD, buffer, bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void take_fds(struct zn_pipe_fds *fds, struct msghdr *header)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(header);
	if (control == NULL || control->cmsg_level != SOL_SOCKET ||
		control->cmsg_type != SCM_RIGHTS || control->cmsg_len < CMSG_LEN(0) ||
		control->cmsg_len > CMSG_LEN(sizeof fds->fd))
		return;
	memcpy(fds->fd, CMSG_DATA(control), control->cmsg_len - CMSG_LEN(0));
}

void zn_channel_close_fds(struct zn_pipe_fds *fds)
{
	for (int i = 0; i < ZN_CHANNEL_FDS_MAX; i++) {
		if (fds->fd[i] >= 0)
			close(fds->fd[i]);
		fds->fd[i] = -1;
	}
}

bool zn_channel_receive(struct zn_pipe_message *message, struct zn_pipe_fds *fds, int wait_ms)
{
	*fds = (struct zn_pipe_fds){{-1, -1, -1}};
	if (wait_ms != 0) {
		struct pollfd ready = {.fd = ZN_PIPE_FD, .events = POLLIN};
		if (poll(&ready, 1, wait_ms) == 0)
			return false;
	}
	union {
		char bytes[CMSG_SPACE(sizeof fds->fd)];
		struct cmsghdr align;
	} control;
	struct iovec part = {buffer, sizeof buffer};
	struct msghdr header = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control.bytes};
	ssize_t count = recvmsg(ZN_PIPE_FD, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return false;
	if (count <= 0 || (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
		_exit(count == 0 ? 0 : 1);
	take_fds(fds, &header);
	if (!zn_pipe_decode(message, buffer, (size_t)count, false))
		_exit(1);
	return true;
}

void zn_channel_fail(const char *format, ...)
{
	static struct zn_pipe_message message;
	char text[1024];
	va_list args;
	va_start(args, format);
	int length = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	message.kind = ZN_PIPE_FAILED;
	zn_pipe_clean(message.failed, sizeof message.failed, text, length < 0 ? 0 : (size_t)length,
		false);
	zn_channel_send(&message);
	_exit(1);
}
