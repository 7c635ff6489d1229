/* tools/cmd_doctor.c - `zennet doctor`: what is missing on this machine, and what to do. */
#include "io/files.h"
#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/home.h"
#include "tools/options.h"
#include "tools/probe.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NAME     "doctor"
#define RPC_PORT 26657 /* xencoind's default */

const char zn_cmd_doctor_help[] = "usage: zennet doctor [--ledger URL]\n"
				  "\n"
				  "  Looks at what Zennet needs on this machine, a line each, and "
				  "says what to do where something\n"
				  "  is missing. Exits with 1 then.\n"
				  "\n"
				  "examples:\n"
				  "  zennet doctor\n"
				  "  zennet doctor --ledger http://127.0.0.1:26657\n";

struct doctor {
	int missing;
	bool ledger_up;
};

static void good(const char *what, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void bad(struct doctor *doctor, const char *what, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void good(const char *what, const char *format, ...)
{
	va_list arguments;

	printf("ok       %-8s ", what);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

static void bad(struct doctor *doctor, const char *what, const char *format, ...)
{
	va_list arguments;

	doctor->missing++;
	printf("MISSING  %-8s ", what);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

static bool writable(const char *directory)
{
	char path[PATH_MAX];

	if (!zn_path_make(path, "%s/.doctor-%ld", directory, (long)getpid()) ||
		zn_file_replace(path, "", 0, 0600) != ZN_ERR_OK)
		return false;
	return unlink(path) == 0;
}

static void look_at_files(struct doctor *doctor)
{
	char home[PATH_MAX], cache[PATH_MAX], key[PATH_MAX];
	struct zn_complaint complaint;
	enum zn_err err = zn_path_home(home);

	if (err != ZN_ERR_OK)
		bad(doctor, "home", "cannot be made (%s); set ZENNET_HOME to a directory of yours",
			zn_err_sentence(err));
	else if (!writable(home))
		bad(doctor, "home", "%s cannot be written to; set ZENNET_HOME to another", home);
	else
		good("home", "%s", home);
	err = zn_path_cache(cache);
	if (err != ZN_ERR_OK || !writable(cache))
		bad(doctor, "cache",
			"%s cannot be written to, and PoCL shows no device without a cache; set "
			"ZENNET_HOME or XDG_CACHE_HOME",
			err == ZN_ERR_OK ? cache : "its directory");
	else
		good("cache", "%s", cache);
	if (!zn_key_path(&complaint, key, NULL))
		bad(doctor, "key", "%s", complaint.text);
	else if (!zn_file_exists(key))
		printf("note     %-8s none yet; draw one: zennet wallet new\n", "key");
	else
		good("key", "%s", key);
}

static void note(const char *what, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void note(const char *what, const char *format, ...)
{
	va_list arguments;

	printf("note     %-8s ", what);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

/* No level is a fault of this program: foreign kernels are refused where they cannot be fenced in. */
static void tell_sandbox(const struct zn_machine *machine)
{
	switch (machine->sandbox) {
	case ZN_SANDBOX_FULL:
		good("sandbox", "full: kernels of strangers run without your files, your network "
				"and your other programs in sight");
		break;
	case ZN_SANDBOX_PARTIAL:
		note("sandbox", "partial: kernels of strangers run, cannot open your files and "
				"have no network,\n"
				"                  but are kept from other programs by the system "
				"call filter "
				"alone. For the full one\n"
				"                  allow user namespaces: sysctl "
				"user.max_user_namespaces=10000, "
				"and where they exist\n"
				"                  kernel.unprivileged_userns_clone=1, "
				"kernel.apparmor_restrict_unprivileged_userns=0");
		break;
	default:
		note("sandbox",
			"none: only kernels that come with Zennet run here; those of strangers are "
			"refused. It takes\n"
			"                  Linux 5.13 or newer with Landlock (lsm=landlock,... on "
			"the "
			"kernel's command line) and\n"
			"                  seccomp; in a container, its profile must allow them");
	}
}

static void look_at_drivers(const struct zn_tool_probe *probe)
{
	for (uint32_t i = 0; i < probe->drivers_count; i++) {
		const struct zn_driver *driver = &probe->drivers[i];
		if (driver->state == ZN_DRIVER_EMPTY)
			note("driver", "%s gives no device: %s", driver->name, driver->reason);
		else if (driver->state == ZN_DRIVER_BROKEN)
			note("driver", "%s is broken: %s; remove it or install it anew",
				driver->name, driver->reason);
	}
	for (uint32_t i = 0; i < probe->machine.gpus_count; i++) {
		const struct zn_pci_gpu *gpu = &probe->machine.gpus[i];
		const char *maker = zn_tool_pci_vendor(gpu->vendor);
		if (!zn_tool_gpu_is_driven(probe, gpu))
			note("driver",
				"the card at PCI %s (%04x:%04x) has no OpenCL driver; install %s's",
				gpu->pci, gpu->vendor, gpu->device,
				maker[0] != '\0' ? maker : "its maker");
	}
}

/* What --temperature-max and --power-max would watch. */
static void look_at_sensors(const struct zn_readings *readings)
{
	for (uint32_t i = 0; i < readings->count; i++) {
		const struct zn_sensor *sensor = &readings->list[i];
		if (sensor->of != ZN_SENSOR_OF_OTHER)
			good("sensor", "%s: %.1f %s", sensor->name, sensor->milli / 1000.0,
				sensor->kind == ZN_SENSOR_TEMPERATURE ? "C" : "W");
	}
	if (readings->temperature_note[0] != '\0')
		note("sensor", "%s, so --temperature-max cannot be kept",
			readings->temperature_note);
	if (readings->power_note[0] != '\0')
		note("sensor", "%s, so --power-max cannot be kept", readings->power_note);
}

static void look_at_devices(struct doctor *doctor)
{
	static struct zn_tool_probe probe;
	struct zn_complaint complaint;
	uint32_t exact = 0;

	if (!zn_tool_probe(&complaint, &probe, true)) {
		bad(doctor, "device", "%s", complaint.text);
		return;
	}
	for (uint32_t i = 0; i < probe.devices_count; i++) {
		const struct zn_device *device = &probe.devices[i];
		if (device->exact == ZN_EXACT_YES) {
			good("device", "%s %s, gives all known answers",
				zn_tool_device_class(device), device->name);
			exact++;
		} else {
			note("device", "%s gets no exact work: %s", device->name,
				device->exact_reason[0] != '\0' ? device->exact_reason
								: "it was not tested");
		}
		if (probe.changes[i].text[0] != '\0')
			note("device", "%s: %s", device->name, probe.changes[i].text);
	}
	look_at_drivers(&probe);
	look_at_sensors(&probe.readings);
	if (probe.note.text[0] != '\0')
		printf("note     %-8s %s\n", "device", probe.note.text);
	tell_sandbox(&probe.machine);
	if (probe.devices_count == 0)
		bad(doctor, "device",
			"no OpenCL device; for the CPU: apt-get install pocl-opencl-icd, for a GPU "
			"its "
			"maker's OpenCL driver");
	else if (exact == 0)
		bad(doctor, "device", "none can do exact work; another driver may help");
}

static void look_at_ledger(struct doctor *doctor, const char *url)
{
	struct zn_complaint complaint;
	struct zn_ask *ask = zn_ask_open(&complaint, url);

	if (ask != NULL) {
		zn_ledger_get_status(NULL, ask->ledger, zn_ask_answer, ask);
		doctor->ledger_up = zn_ask_wait(&complaint, ask);
	}
	if (doctor->ledger_up)
		good("ledger", "%s at %s, height %" PRIu64 "%s", ask->answer.status->chain.text,
			url, ask->answer.status->height,
			ask->answer.status->operators == 1 ? ", one operator" : "");
	else
		bad(doctor, "ledger", "%s", complaint.text);
	zn_ask_close(ask);
}

static bool port_free(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	int yes = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return false;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	bool is_free = bind(fd, (const struct sockaddr *)&address, sizeof address) == 0;
	close(fd);
	return is_free;
}

/* A busy port only matters where a ledger of one's own could not start. */
static void look_at_ports(struct doctor *doctor)
{
	if (!port_free(0))
		bad(doctor, "ports",
			"no port on 127.0.0.1 can be opened; is the loopback device up?");
	else if (!doctor->ledger_up && !port_free(RPC_PORT))
		bad(doctor, "ports",
			"something that is no ledger uses port %d, xencoind's; stop it, or start "
			"xencoind with another --listen",
			RPC_PORT);
	else
		good("ports", "can be opened on 127.0.0.1");
}

int zn_cmd_doctor(int argc, char **argv)
{
	struct doctor doctor = {0};
	struct zn_complaint complaint = {0};
	const char *ledger = NULL;
	size_t words_count;
	const struct zn_option options[] = {
		{.name = "ledger", .kind = ZN_OPTION_TEXT, .out = &ledger},
	};

	if (!zn_options_parse(&complaint, NULL, &words_count, 0, 0, argc, argv, options,
		    sizeof options / sizeof options[0]))
		return zn_command_fail(ZN_EXIT_USAGE, NAME, "%s", complaint.text);
	look_at_files(&doctor);
	look_at_devices(&doctor);
	look_at_ledger(&doctor, zn_ledger_url(ledger));
	look_at_ports(&doctor);
	if (doctor.missing == 0) {
		puts("all is there");
		return ZN_EXIT_OK;
	}
	fflush(stdout);
	return zn_command_fail(ZN_EXIT_FAILED, NAME, "to be mended: %d of the lines above",
		doctor.missing);
}
