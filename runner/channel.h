/* runner/channel.h - the runner's end of the pipe. A pipe that fails ends the process: nobody is left
 * to tell it to.
 */
#ifndef ZN_RUNNER_CHANNEL_H
#define ZN_RUNNER_CHANNEL_H

#include "core/err.h"
#include "runner/pipe.h"

#define ZN_CHANNEL_FDS_MAX 3

/** The descriptors that came with a message; -1 where none came. */
struct zn_pipe_fds {
	int fd[ZN_CHANNEL_FDS_MAX];
};

/** Is fd 3 a message socket? */
bool zn_channel_is_there(void);
void zn_channel_send(struct zn_pipe_message *message);
/** The same, but given up silently when the driver program is slow to read. */
void zn_channel_send_if_room(struct zn_pipe_message *message);
/** The next message; false when `wait_ms` (-1: for ever) went by without one. Ends the process when
 *  the other side hung up or sent rubbish. */
bool zn_channel_receive(struct zn_pipe_message *message, struct zn_pipe_fds *fds, int wait_ms);
void zn_channel_close_fds(struct zn_pipe_fds *fds);
/** Send FAILED with this sentence and end the process. */
_Noreturn void zn_channel_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
