/* core/limits.h - every maximum, its unit and its reason, in one place.
 *
 * A loop, queue, message, buffer or wait that has no line here has no maximum: add one.
 */
#ifndef ZN_CORE_LIMITS_H
#define ZN_CORE_LIMITS_H

#include <stdint.h>

/* --- the coin ------------------------------------------------------------------------------- */
#define ZN_ZAT_PER_XEN        UINT64_C(100000000)
#define ZN_SUPPLY_XEN         UINT64_C(1000000000)
#define ZN_AMOUNT_MAX_ZAT     INT64_MAX /* so sums of two fit, and SQL integers hold an amount */
#define ZN_FEE_ZAT_PER_BYTE   UINT64_C(10)
#define ZN_CHAIN_ID_BYTES_MAX 50 /* CometBFT's own limit */

/* --- the ledger ----------------------------------------------------------------------------- */
#define ZN_TX_BYTES_MAX           8192        /* 64 channels in one open fit */
#define ZN_ANNOUNCEMENT_BYTES_MAX 1024        /* a job costs every node at most this */
#define ZN_BLOCK_BYTES_MAX        1048576     /* one second of a 10 Mbit/s line */
#define ZN_BLOCK_DELAY_MS         50          /* solo: from a transaction to its block */
#define ZN_BLOCK_IDLE_S           30          /* so ledger time is at most this stale */
#define ZN_GRACE_S_MIN            (3 * 86400) /* genesis minimum: a weekend */
#define ZN_GRACE_S_DEFAULT        (7 * 86400)
#define ZN_GRACE_BLOCKS           100  /* a stalled ledger must not eat a grace */
#define ZN_CHANNELS_PER_TX_MAX    64   /* what fits ZN_TX_BYTES_MAX */
#define ZN_MEMPOOL_TXS_MAX        5000 /* CometBFT's default */
#define ZN_ENDPOINT_BYTES_MAX     255
#define ZN_RPC_BODY_BYTES_MAX     1000000       /* CometBFT's own limit */
#define ZN_GRACE_S_MAX            (365 * 86400) /* nobody means to lock a deposit for longer */
#define ZN_JOB_LIFE_S_MAX         (30 * 86400)  /* then it is announced again, and pays again */
#define ZN_DEPOSIT_BYTES_MIN                                                                       \
	1000 /* a deposit is worth the fee of so many bytes: settling it pays */
#define ZN_STATE_VALUE_BYTES_MAX   1024 /* the largest is a job: its announcement and who owns it */
#define ZN_GENESIS_ALLOCATIONS_MAX 256
#define ZN_GENESIS_FILE_BYTES_MAX                                                                  \
	(256u << 20) /* the state of a million accounts in base64 is 85 MiB */
#define ZN_EXPIRIES_PER_BLOCK_MAX                                                                  \
	256 /* expired jobs and ended unbondings of one block; the rest by the next */
#define ZN_PROOF_HEIGHTS_KEPT                                                                      \
	8 /* states before the newest that can still be proven; 4 MB each when full of transfers */
#define ZN_PRUNE_BLOCKS_MAX 16 /* removed with one new block: faster than they come */
#define ZN_PRUNE_TXS_MAX                                                                           \
	2000 /* then no further block is begun: bounds what a block's write costs */
#define ZN_BLOCKS_KEPT_MIN             128 /* whatever their age: clients follow their headers */
#define ZN_KEEP_S_DEFAULT              (7 * 86400) /* blocks; the state is kept whole */
#define ZN_UNBOND_S                    (21 * 86400) /* longer than it takes to find out what a bond is lost for */
#define ZN_MEMPOOL_BYTES_MAX           (8u << 20) /* eight full blocks */
#define ZN_BLOCK_TXS_MAX               5000       /* as many as the mempool holds */
#define ZN_BLOCK_GAP_MS                10 /* between two blocks while transactions keep coming */
#define ZN_SETTLE_SHARE                4 /* one part in 4 of block and mempool is kept for settling */
#define ZN_PAGE_ENTRIES_MAX            64   /* jobs or channels in one answer */
#define ZN_PAGE_SCAN_MAX               4096 /* index entries one query may look at */
#define ZN_RPC_CONNECTIONS_MAX         1024
#define ZN_RPC_CONNECTIONS_ADDRESS_MAX 512 /* one address does not shut the others out */
#define ZN_RPC_HELD_MAX                1024 /* answers held open at once; others are answered at once */
#define ZN_RPC_ANSWER_BYTES_MAX        (4u << 20) /* a full block in base64, and then some */
#define ZN_STORE_BYTES_MAX             (UINT64_C(64) << 30) /* address space that LMDB maps, not disk */
#define ZN_CLIENT_TIMEOUT_MS           10000 /* one question to a ledger node that need not wait */
#define ZN_CLIENT_POLL_MS              25    /* asking again a node that holds no answers open */
#define ZN_CLIENT_RETRY_MS             200   /* asking again a node that cannot be reached */
#define ZN_CLIENT_HELD_MS              2000 /* then a transaction is offered again: it may be forgotten */
#define ZN_CLIENT_CALLS_MAX            4096 /* under way at once */
#define ZN_SEND_ATTEMPTS_MAX           3 /* nonces that another program of the key may take first */
#define ZN_VALIDATORS_MAX              100 /* one page of CometBFT's /validators; 67 signatures are 2.5 ms */
#define ZN_LIGHT_SEEN_MAX              64 /* verified headers remembered: answers that overtake others */
#define ZN_LIGHT_STEPS_MAX                                                                         \
	256 /* headers asked for to reach one: sets that change every block
					 for a day of idle ones, halving each time */
#define ZN_LIGHT_PERIOD_S (14 * 86400) /* two thirds of the three weeks of unbonding */
#define ZN_LIGHT_DRIFT_S  10           /* clocks of ordinary machines; CometBFT's own */
#define ZN_LIGHT_STALE_S                                                                           \
	300 /* idle blocks are 30 s apart: a node this far behind hides something */
#define ZN_LIGHT_SAVE_S              60 /* between two writings of what is trusted: each is an fsync */
#define ZN_LEDGER_SETTINGS_BYTES_MAX 4096 /* four short members that a person wrote */
#define ZN_LIGHT_TRIES_MAX           40 /* answers overtaken by newer headers, asked for again: a second */
#define ZN_TX_VALID_S                600 /* how long a transaction that nobody took stays valid */

/* --- a job ---------------------------------------------------------------------------------- */
#define ZN_SOURCES_MAX            16 /* kernel files of one job */
#define ZN_SOURCE_BYTES_MAX       (1u << 20)
#define ZN_PARAMS_BYTES_MAX       4096
#define ZN_SHARED_BYTES_MAX       (UINT64_C(1) << 30) /* fits a small GPU beside its outputs */
#define ZN_SLOT_BYTES_MAX         65536
#define ZN_GROUP_ITEMS_MAX        256   /* what GPUs of every maker do */
#define ZN_LOCAL_BYTES_MAX        32768 /* what every OpenCL 1.2 device has */
#define ZN_CHUNK_ITEMS_MAX        (1u << 24)
#define ZN_CHUNK_OUTPUT_BYTES_MAX (64u << 20) /* one HTTP body; a few windows of it fit memory */
#define ZN_JOB_CHUNKS_MAX         (1u << 22)  /* a bit each is 512 KiB */
#define ZN_JOB_ITEMS_MAX          (UINT64_C(1) << 46) /* chunks times items */
#define ZN_MANIFEST_BYTES_MAX     8192
#define ZN_BLOCK_LEAF_BYTES       4096 /* outputs and blobs are hashed in blocks of this */

/* --- a deal --------------------------------------------------------------------------------- */
#define ZN_OFFER_ROUNDS_MAX    3
#define ZN_LEASE_CHUNKS_MAX    64 /* a lease fits one page; 64 s of work is more than a window */
#define ZN_DELIVERY_CHUNKS_MAX 64
#define ZN_WINDOW_CHUNKS_MAX   256 /* unpaid chunks a worker may ever agree to */
#define ZN_LEASE_AHEAD         2   /* chunks leased beyond the window: the device never waits */
#define ZN_WINDOW_UNPAID_S     10  /* unpaid work with an unknown peer */
#define ZN_CHECK_ITEMS_DEFAULT 64
#define ZN_CHECK_ITEMS_MAX     4096
#define ZN_POLL_HELD_S         30 /* a worker's open request; then it is answered empty */
#define ZN_DEPOSIT_S           600 /* a top-up: ten minutes of pay; the first deposit is a window's */
#define ZN_LEASE_DEADLINE_S    60    /* slow peers: about 60 chunk times of a median device */
#define ZN_PEERS_MAX           1024  /* workers of one publisher at once */
#define ZN_MESSAGE_BYTES_MAX   65536 /* any deal message but a delivery's outputs */

/* --- a runner ------------------------------------------------------------------------------- */
#define ZN_SLICE_MS              20
#define ZN_SLICES_QUEUED         2
#define ZN_BUILD_LOG_BYTES_MAX   65536
#define ZN_BUILD_CPU_S_MAX       60 /* a big honest kernel took 10 s to build */
#define ZN_DEVICES_MAX           64
#define ZN_RUNS_QUEUED_MAX       4 /* two keep the device busy, two more wait on their way */
#define ZN_CHUNK_INPUT_BYTES_MAX (64u << 20) /* as an output: one HTTP body */
#define ZN_SLICE_GROUPS_PER_CORE 256         /* 80 us each: the last one of a slice costs 0.4 % */
#define ZN_SLICE_GROUPS_MAX      32768       /* PoCL compiles again for grids above 65535 */
#define ZN_STRIPE_NS_MIN         200         /* a work-group costs PoCL 2 to 8 ns */
#define ZN_PIPE_MESSAGE_BYTES_MAX                                                                  \
	(ZN_BUILD_LOG_BYTES_MAX + 4096u) /* a log and what is said of it */
#define ZN_PROBE_TIMEOUT_MS     60000    /* compilers of several drivers, cold, on a busy machine */
#define ZN_RUNNER_START_WALL_MS 120000   /* 0.7 s here, cold; starved by all the others */
#define ZN_RUNNER_SILENCE_CPU_MS                                                                   \
	20000 /* per thread; a slice is 20 ms, one huge item may take longer */
#define ZN_RUNNER_SILENCE_WALL_MS  300000 /* an idle-priority runner may be starved for minutes */
#define ZN_RUNNER_GPU_WALL_MS      60000  /* drivers reset a GPU after seconds; nobody starves it */
#define ZN_BUILD_WALL_MS           600000 /* ZN_BUILD_CPU_S_MAX, starved tenfold */
#define ZN_RUNNER_IDLE_CPU_MS      1000   /* with nothing to do; an idle driver's threads sleep */
#define ZN_CACHED_BINARIES_MAX     256    /* 62 KiB each */
#define ZN_CACHED_BINARY_BYTES_MAX (64u << 20)
#define ZN_BUILD_ADDRESS_BYTES_MAX (UINT64_C(4) << 30) /* 0.6 GiB for an ordinary kernel */
#define ZN_BUILD_MEMORY_BYTES_MAX                                                                  \
	(UINT64_C(2) << 30) /* resident; 0.23 GiB for an ordinary kernel */
#define ZN_RUN_MEMORY_BYTES_MAX                                                                    \
	(UINT64_C(512) << 20) /* of a run besides its job: local and private memory */
#define ZN_RUN_ADDRESS_BYTES_MAX                                                                   \
	(UINT64_C(2) << 30)              /* the same in addresses, which stacks only reserve */
#define ZN_RUNNER_THREADS_MAX      1024  /* one per core and a few of the drivers' */
#define ZN_RUNNER_STDERR_BYTES_MAX 4096  /* last words of a runner that are read */
#define ZN_DUTY_PERCENT_MIN        10    /* less than a tenth of the time is not worth a deal */
#define ZN_DUTY_REST_MS_MAX        10000 /* after one huge item; far below the watchdog's patience */
#define ZN_DRIVERS_MAX             32    /* OpenCL platforms, and files that should give one */
#define ZN_GPUS_MAX                16    /* on the PCI bus */
#define ZN_SENSORS_MAX             64    /* a big board has about 30, a GPU one or two */
#define ZN_SENSOR_CHIPS_MAX        128   /* entries of /sys/class/hwmon that are looked at */
#define ZN_SENSOR_CHANNELS_MAX     128   /* inputs of one chip; Linux numbers them from 1 */
#define ZN_SENSOR_DOMAINS_MAX      16    /* packages with an energy counter */
#define ZN_SENSORS_MS              1000  /* between two readings; a chip warms by less than 5 K */
#define ZN_SENSORS_FIRST_MS        200 /* power needs two looks at the counter; people wait for it */
#define ZN_SENSORS_SILENCE_MS      10000 /* a driver that hangs; then the readings are absent */
#define ZN_DEVICES_REMEMBERED_MAX  64    /* devices of this machine, past and present */
#define ZN_INSPECT_GROUPS_MAX      256   /* under oclgrind, which is a thousand times slower */
#define ZN_INSPECT_AIM_MS          2000  /* of each inspection; there are four */
#define ZN_INSPECT_ERRORS_MAX      64    /* of one inspection; the first says it all */
#define ZN_INSPECT_LOG_BYTES_MAX   (1u << 20) /* a finding takes 500 bytes */
#define ZN_INSPECT_MS              60000      /* then the rest is not inspected */

/* --- a worker ------------------------------------------------------------------------------- */
#define ZN_SEARCH_PAGES_MAX        8   /* 512 newest jobs are looked at; older ones wait longer */
#define ZN_SEARCH_REMEMBERED_MAX   256 /* jobs that failed or refused lately; then the oldest goes */
#define ZN_SEARCH_POLL_MS          250  /* a new job is found so soon; a page costs a node little */
#define ZN_SEARCH_POLL_MS_MAX      2000 /* after a minute without one */
#define ZN_SEARCH_BACK_OFF_MS      2000
#define ZN_SEARCH_BACK_OFF_MS_MAX  600000
#define ZN_FETCH_TRIES_MAX         20 /* with the pause: a publisher that starts again is waited for */
#define ZN_FETCH_RETRY_MS          500
#define ZN_BLOB_CACHE_BYTES_MAX    (UINT64_C(4) << 30) /* four of the largest shared inputs */
#define ZN_BLOB_CACHE_FILES_MAX    4096
#define ZN_OUTPUT_INLINE_BYTES_MAX 65536 /* larger outputs are files beside the journal */
#define ZN_CALIBRATE_MS            150   /* long enough to time, short beside a deal */
#define ZN_CALIBRATE_ROUNDS_MAX    12    /* each does up to 8 times more: 8^12 items */
#define ZN_CALIBRATE_LIST_MAX      65536 /* items spread over a chunk; more of them are a range */
#define ZN_WORKER_PATIENCE_S       120   /* a publisher starts again within this, or is gone */
#define ZN_WORKER_LEAVE_MS         1000  /* to deliver what is begun when a person interrupts */
#define ZN_WORKER_END_MS           1800  /* an interrupted program ends within 2 s */
#define ZN_SETTLE_RETRY_MS         500
#define ZN_SETTLE_RETRY_MS_MAX     30000
#define ZN_SETTLE_SEND_MS          20000            /* until a close is in a block */
#define ZN_REDEEM_ZAT_DEFAULT_MIN  UINT64_C(300000) /* a redeem's fee is a hundredth of it */
#define ZN_LEDGER_REFRESH_MS       5000   /* how old what we know of the ledger's time gets */
#define ZN_LEDGER_START_MS         5000   /* to hear from the ledger at start */
#define ZN_DELIVER_BYTES_PER_S     131072 /* a slower line cannot deliver */
#define ZN_WORKER_EVENTS_MAX       600    /* waiting for the deal: two for each chunk, and a few */

/* --- a scene -------------------------------------------------------------------------------- */
#define ZN_MODEL_FILE_BYTES_MAX   (256u << 20) /* Assimp holds a few times that while it reads */
#define ZN_PICTURE_FILE_BYTES_MAX (64u << 20)
#define ZN_PICTURE_PIXELS_MAX     (1u << 26) /* 8192 x 8192, 256 MiB decoded */
#define ZN_SCENE_TEXELS_MAX       (1u << 27) /* all textures: half of a shared input */
#define ZN_MODEL_DEPTH_MAX        256        /* nodes below nodes; skeletons nest about 100 deep */

/* --- the outside world (io/) ---------------------------------------------------------------- */
#define ZN_POOL_THREADS              2     /* one may wait for the disk while the other computes */
#define ZN_POOL_JOBS_MAX             1024  /* a job of each peer; more means that we are too slow */
#define ZN_LOOP_EVENTS_MAX           64    /* taken from epoll at a time */
#define ZN_LOOP_FDS_MAX              65536 /* above any limit on open files that we ask for */
#define ZN_SPAWN_FDS_MAX             16    /* shared memories of one runner */
#define ZN_SPAWN_STACK_BYTES         65536 /* of a child between clone and exec */
#define ZN_LOG_LINE_BYTES_MAX        1024
#define ZN_HTTP_CALLS_MAX            256 /* under way at once; a worker talks to a few publishers */
#define ZN_HTTP_HOST_CONNECTIONS_MAX 16  /* one held open for each job, the rest for work */
#define ZN_HTTP_CONNECT_MS           10000 /* to connect and agree on keys over a bad line */
#define ZN_HTTP_HEADER_BYTES_MAX     65536 /* all headers of one answer */
#define ZN_HTTP_CONNECTION_BYTES                                                                   \
	65536 /* a connection's memory in the server: its headers and
					    what is read at a time */
#define ZN_HTTP_BODIES_BYTES_MAX                                                                   \
	(UINT64_C(1) << 30) /* of all requests at once: 16 of the largest */
#define ZN_HTTP_DESCRIPTORS_SPARE                                                                  \
	256 /* of the process, kept for everything but a server's callers */
#define ZN_HTTP_URL_BYTES_MAX     4096
#define ZN_JOURNAL_STATEMENTS_MAX 64 /* prepared ones kept; a side has fewer texts than this */
#define ZN_JOURNAL_VALUE_BYTES_MAX                                                                 \
	(ZN_CHUNK_OUTPUT_BYTES_MAX + 65536)      /* one output with its head */
#define ZN_JOURNAL_WAIT_MS  2000                 /* for somebody who copies the file */
#define ZN_JSON_DEPTH_MAX   64                   /* recursion of the parser; ours nest 6 deep */
#define ZN_JSON_BYTES_MAX   (16u << 20)          /* a block with all its transactions, as base64 */
#define ZN_JSON_VALUES_MAX  (1u << 18)           /* 64 bytes of memory each */
#define ZN_JSON_MEMBERS_MAX 64                   /* of an object that a person wrote: a bit each */
#define ZN_DURATION_S_MAX   UINT64_C(3155760000) /* a hundred years: a slip of the pen */

/* --- a publisher -------------------------------------------------------------------------- */
#define ZN_JOBS_LISTED_MAX         1024 /* jobs that a home is looked through for */
#define ZN_UNPROVEN_MAX            128  /* hellos waiting for a proof; the oldest makes room */
#define ZN_UNPROVEN_S              30   /* a proof needs one round trip */
#define ZN_PROVEN_SILENT_S         900  /* fetching 1 GiB and building may take so long */
#define ZN_DELIVERIES_BYTES_MAX    (UINT64_C(512) << 20) /* outputs being hashed or checked */
#define ZN_CHECK_RUN_ITEMS_MAX     4096 /* of several checks in one run: less talk per item */
#define ZN_CHECK_RUN_BYTES_MAX     (16u << 20)
#define ZN_CHECK_RUNNER_STARTS_MAX 5     /* without a result: such a device is broken */
#define ZN_CONNECTIONS_MAX         4096  /* four a worker */
#define ZN_CONNECTIONS_ADDRESS_MAX 512   /* a hall of machines behind one address */
#define ZN_PICTURE_MS              500   /* between two writings of the picture */
#define ZN_SHOW_MS                 1000  /* between two lines or frames on the terminal */
#define ZN_LEDGER_LOOK_MS          5000  /* ledger time is asked for so often */
#define ZN_LEDGER_SEND_MS          60000 /* until a block must have a transaction */
#define ZN_LEDGER_RETRY_MS         1000  /* while a node cannot be reached */
#define ZN_OPENING_VALID_S         (2 * ZN_LEDGER_SEND_MS / 1000) /* later no block takes an opening */
#define ZN_JOB_FEE_BYTES           4096 /* announcing, a few channels, closing, withdrawing */
#define ZN_CLOSING_WAIT_S          10   /* for workers to close their channels at the end */
#define ZN_INPUT_FILES_MAX         1024 /* of a job's chunk inputs: a directory of texts */
#define ZN_PARAMS_PARTS_MAX        64   /* of a kernel's parameters, as a job file lists them */
#define ZN_COMMAND_WORDS_MAX       32   /* of a reduce command */
#define ZN_CHUNK_INPUT_BYTES       (1u << 20)    /* of a piece where the job file says nothing */
#define ZN_REDUCE_TOP_BYTES_MAX    (256u << 20)  /* of the best slots, kept in memory */
#define ZN_REDUCE_SILENT_MS        (3600 * 1000) /* a reduce command that neither reads nor writes */
#define ZN_REDUCE_RESULT_BYTES_MAX                                                                 \
	(UINT64_C(64) << 30)       /* of a reduce command: then it is a flood */
#define ZN_REDUCE_PIPE_BYTES 65536 /* to and from a command at a time: what a pipe holds */
#define ZN_SETTLE_TXS_MAX    65536 /* transactions of ours looked at for the final table */

#endif
