/* tests/unit/sensors_fake.c - a sensors process that misbehaves in the way that its --sys names. */
#include "runner/pipe.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static uint8_t buffer[ZN_PIPE_MESSAGE_BYTES_MAX];
static struct zn_pipe_message message;

static void put(uint32_t round)
{
	message.kind = ZN_PIPE_SENSORS;
	message.readings.round = round;
	size_t bytes = zn_pipe_encode(buffer, &message);
	if (send(ZN_PIPE_FD, buffer, bytes, MSG_NOSIGNAL) < 0)
		_exit(1);
}

int main(int argc, char **argv)
{
	const char *way = argc > 3 ? argv[3] : "";
	if (strcmp(way, "/noise") == 0) {
		memset(buffer, 0xa5, 300);
		(void)!send(ZN_PIPE_FD, buffer, 300, MSG_NOSIGNAL);
	} else if (strcmp(way, "/again") == 0) {
		put(1);
		put(1);
	} else if (strcmp(way, "/other") == 0) {
		message.kind = ZN_PIPE_PAUSED;
		(void)!send(ZN_PIPE_FD, buffer, zn_pipe_encode(buffer, &message), MSG_NOSIGNAL);
	} else if (strcmp(way, "/ends") == 0) {
		put(1);
		_exit(3);
	}
	pause();
	return 0;
}
