/* runner/pipe.h - what zennet-runner and its driver (runner/client) say to each other.
 *
 * One record per datagram on the SOCK_SEQPACKET socket that the runner finds as fd 3. First come a
 * type and a version byte of its own, then the kind, then the kind's fields. Each side decodes what it
 * gets like a stranger's. Bulk data never goes through the pipe: the driver makes two pieces of
 * shared memory per job and sends them along with LOAD; it takes no descriptor from a runner.
 *
 *   job memory, read-only for the runner:  sources | params | head, shared
 *   lane memory, per lane:                 head, input | item list | output
 *
 * A head is ZN_HEAD_BYTES in front of what a kernel is given (kernels/abi.h): how long it is.
 *
 * struct zn_pipe_layout says where each part lies; both sides compute it from the LOAD message, so
 * there are no offsets to check. A run names its lane; a lane is the runner's from RUN to DONE.
 */
#ifndef ZN_RUNNER_PIPE_H
#define ZN_RUNNER_PIPE_H

#include "core/codec.h"
#include "core/limits.h"
#include "kernels/abi.h"
#include "runner/device.h"
#include "runner/sensor.h"

/* The address sanitizer reserves 16 TiB and looks at its own memory map. */
#if defined(__SANITIZE_ADDRESS__)
#define ZN_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ZN_SANITIZED 1
#endif
#endif
#ifndef ZN_SANITIZED
#define ZN_SANITIZED 0
#endif

#define ZN_PIPE_FD                 3
#define ZN_PIPE_RECORD             96 /* the type byte; apart from everything that is hashed or signed */
#define ZN_PIPE_VERSION            2
#define ZN_PIPE_PAGE_BYTES         4096
#define ZN_PIPE_LEAST_BYTES        128 /* a head, and zero bytes where a kernel was given none */
#define ZN_PIPE_SENTENCE_BYTES_MAX 255
#define ZN_PIPE_NAME_BYTES_MAX     63

/** Never renumbered. */
enum zn_pipe_kind {
	/* from the driver */
	ZN_PIPE_LOAD = 1, /* with job memory, lane memory and the binary; once per process */
	ZN_PIPE_RUN = 2,
	ZN_PIPE_PAUSE = 3,
	ZN_PIPE_RESUME = 4,
	ZN_PIPE_CANCEL = 5,
	ZN_PIPE_BUILD = 6, /* builder, with job memory and room for the binary */
	ZN_PIPE_TEST = 7,  /* with the binary of the known answers; without one they fail */
	ZN_PIPE_DUTY = 12, /* how much of the time the device may work */
	/* from the runner */
	ZN_PIPE_DEVICE = 16,  /* probe: one per device, once more after its self-test */
	ZN_PIPE_MACHINE = 17, /* probe: comes last */
	ZN_PIPE_READY = 18,   /* run: the device is tested */
	ZN_PIPE_FAILED = 19,  /* run: it could not be opened; the runner ends */
	ZN_PIPE_LOADED = 20,
	ZN_PIPE_PROGRESS = 21,
	ZN_PIPE_DONE = 22,
	ZN_PIPE_PAUSED = 23,   /* the device is free */
	ZN_PIPE_OPENED = 24,   /* build, run: the device is open; BUILD or TEST is awaited */
	ZN_PIPE_BUILT = 25,    /* builder: done, for better or worse */
	ZN_PIPE_REJECTED = 26, /* run: the driver does not take that binary; send another */
	ZN_PIPE_DRIVER = 32,   /* probe: before and after the drivers were loaded */
	ZN_PIPE_SENSORS = 33,  /* sensors: about once a second */
};

struct zn_pipe_load {
	uint64_t tag;
	bool self_test;        /* BUILD only: the known answers */
	uint64_t binary_bytes; /* LOAD, TEST */
	bool exact;
	uint8_t width; /* 0: the device's own; resolved before it is sent */
	bool fp64;
	uint32_t slot_bytes;
	uint32_t group_items; /* chunk form: of a work-group; 0: map form */
	uint32_t local_bytes;
	uint32_t chunk_items_max;
	uint32_t input_bytes_max;
	uint32_t params_bytes;
	uint64_t shared_bytes;
	uint32_t sources_count;
	uint32_t source_bytes[ZN_SOURCES_MAX];
	char source_names[ZN_SOURCES_MAX][ZN_PIPE_NAME_BYTES_MAX + 1]; /* for build logs */
};

/** Where things lie. Every part begins on a page and has at least ZN_PIPE_LEAST_BYTES. */
struct zn_pipe_layout {
	uint64_t source_at[ZN_SOURCES_MAX];
	uint64_t params_at, shared_at, job_bytes;
	uint64_t input_at, items_at, output_at, lane_bytes; /* within a lane */
	uint64_t lanes_bytes;                               /* ZN_RUNS_QUEUED_MAX lanes */
	uint64_t params_room, shared_room, input_room, items_room, output_room;
};

/* An inspection (runner/inspect.h): what stands in its log before each launch, and its buffers in the
 * order in which they are made. */
#define ZN_INSPECT_MARK "zennet item "
enum zn_inspect_buffer {
	ZN_INSPECT_PARAMS,
	ZN_INSPECT_SHARED,
	ZN_INSPECT_INPUT,
	ZN_INSPECT_ITEMS,
	ZN_INSPECT_OUTPUT,
	ZN_INSPECT_BUFFERS,
};

enum zn_pipe_form { ZN_PIPE_RANGE = 1, ZN_PIPE_LIST = 2 };

struct zn_pipe_run {
	uint64_t tag;
	uint8_t lane;
	uint8_t form;
	uint64_t first; /* range form */
	uint32_t count;
	uint32_t input_bytes;
};

struct zn_pipe_loaded {
	uint64_t tag;
	uint8_t err;           /* enum zn_err */
	uint64_t binary_bytes; /* BUILT */
	uint32_t build_ms;
	char sentence[ZN_PIPE_SENTENCE_BYTES_MAX + 1];
	uint32_t log_bytes;
	uint8_t log[ZN_BUILD_LOG_BYTES_MAX]; /* any bytes */
};

struct zn_pipe_done {
	uint64_t tag;
	uint8_t err; /* enum zn_err */
	uint32_t items;
	uint64_t device_ns;
	char sentence[ZN_PIPE_SENTENCE_BYTES_MAX + 1];
};

struct zn_pipe_message {
	uint8_t kind; /* enum zn_pipe_kind */
	union {
		struct zn_pipe_load load;
		struct zn_pipe_run run;
		uint64_t cancel_tag;
		uint8_t duty_percent;    /* ZN_DUTY_PERCENT_MIN to 100 */
		struct zn_device device; /* DEVICE, OPENED, READY */
		struct zn_machine machine;
		struct zn_driver driver;
		struct zn_readings readings;
		char failed[ZN_PIPE_SENTENCE_BYTES_MAX + 1];
		struct zn_pipe_loaded loaded;
		struct {
			uint64_t tag;
			uint32_t items_done;
		} progress;
		struct zn_pipe_done done;
	};
};

/** Encode into `bytes` (ZN_PIPE_MESSAGE_BYTES_MAX). Returns the size. */
size_t zn_pipe_encode(uint8_t *bytes, struct zn_pipe_message *message);
/** Decode what the other side sent: false when it is not exactly one message of a kind that it may
 *  send (`from_runner`), with every size below its limit. */
bool zn_pipe_decode(struct zn_pipe_message *out, const uint8_t *bytes, size_t count,
	bool from_runner) __attribute__((warn_unused_result));

/** Sizes of a load that passed zn_pipe_decode; nothing here can overflow. */
void zn_pipe_layout_of(struct zn_pipe_layout *out, const struct zn_pipe_load *load);
/** Are the counts and sizes of a load within the limits? */
bool zn_pipe_load_is_valid(const struct zn_pipe_load *load) __attribute__((warn_unused_result));

/** Keep printable ASCII, '?' for the rest; newlines and tabs stay if `lines`. Cut at out_bytes - 1 and
 *  zero-terminated. Returns the length. */
size_t zn_pipe_clean(char *out, size_t out_bytes, const void *text, size_t text_bytes, bool lines);

#endif
