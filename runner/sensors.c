#include "runner/sensors.h"

#include "runner/pipe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VALUE_BYTES 128
#define LEAST_NS    UINT64_C(50000000) /* between two looks at a counter: shorter is noise */

struct channel {
	uint32_t number;
	uint8_t kind;
	bool averaged; /* a chip that has both tells the same twice */
};

bool zn_sensors_open(struct zn_sensor_place *place, const char *root)
{
	*place = (struct zn_sensor_place){0};
	if (strlen(root) >= sizeof place->root)
		return false;
	strcpy(place->root, root);
	return true;
}

/* Its text without the end of line. Returns 0 or an errno. */
static int read_text(char out[VALUE_BYTES], const char *directory, const char *name)
{
	char path[PATH_MAX];
	out[0] = '\0';
	int length = snprintf(path, sizeof path, "%s/%s", directory, name);
	if (length <= 0 || length >= (int)sizeof path)
		return ENAMETOOLONG;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno;
	ssize_t count = read(fd, out, VALUE_BYTES - 1);
	int err = count < 0 ? errno : 0;
	close(fd);
	out[count > 0 ? count : 0] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return err;
}

static int read_number(int64_t *out, const char *directory, const char *name)
{
	char text[VALUE_BYTES], *end;
	int err = read_text(text, directory, name);
	if (err != 0)
		return err;
	errno = 0;
	*out = strtoll(text, &end, 10);
	return errno != 0 || end == text || *end != '\0' ? EINVAL : 0;
}

void zn_readings_add(struct zn_readings *readings, const struct zn_sensor *sensor)
{
	int32_t most = sensor->kind == ZN_SENSOR_TEMPERATURE ? ZN_SENSOR_MILLI_C_MAX
							     : ZN_SENSOR_MILLI_W_MAX;
	int32_t least = sensor->kind == ZN_SENSOR_TEMPERATURE ? ZN_SENSOR_MILLI_MIN + 1 : 0;
	/* exactly 0 degrees is what a pin without a sensor gives */
	bool unconnected = sensor->kind == ZN_SENSOR_TEMPERATURE && sensor->milli == 0;
	if (sensor->milli >= least && sensor->milli < most && !unconnected &&
		readings->count < ZN_SENSORS_MAX)
		readings->list[readings->count++] = *sensor;
}

static void add(struct zn_readings *out, struct zn_sensor *sensor, int64_t milli, const char *chip,
	const char *label)
{
	char name[2 * VALUE_BYTES];
	if (milli < ZN_SENSOR_MILLI_MIN || milli > ZN_SENSOR_MILLI_MAX)
		return;
	sensor->milli = (int32_t)milli;
	snprintf(name, sizeof name, "%s %s", chip, label);
	zn_pipe_clean(sensor->name, sizeof sensor->name, name, strlen(name), false);
	zn_readings_add(out, sensor);
}

/* --- hwmon --- */

static uint8_t class_of(const char *chip)
{
	static const char *const cpus[] = {"coretemp", "k10temp", "k8temp", "zenpower",
		"fam15h_power", "cpu_thermal", "via_cputemp"};
	static const char *const gpus[] = {"amdgpu", "radeon", "nouveau", "i915", "xe"};
	for (size_t i = 0; i < sizeof cpus / sizeof *cpus; i++)
		if (strcmp(chip, cpus[i]) == 0)
			return ZN_SENSOR_OF_CPU;
	for (size_t i = 0; i < sizeof gpus / sizeof *gpus; i++)
		if (strcmp(chip, gpus[i]) == 0)
			return ZN_SENSOR_OF_GPU;
	return ZN_SENSOR_OF_OTHER;
}

/* The folder's link to its device ends in the card's place. */
static void pci_of(char out[ZN_PCI_TEXT_BYTES_MAX + 1], const char *directory)
{
	char path[PATH_MAX], target[PATH_MAX];
	unsigned int domain, bus, device, function;
	int used = 0;
	if (snprintf(path, sizeof path, "%s/device", directory) >= (int)sizeof path)
		return;
	ssize_t length = readlink(path, target, sizeof target - 1);
	if (length <= 0)
		return;
	target[length] = '\0';
	const char *last = strrchr(target, '/');
	last = last != NULL ? last + 1 : target;
	if (sscanf(last, "%4x:%2x:%2x.%1x%n", &domain, &bus, &device, &function, &used) == 4 &&
		last[used] == '\0')
		snprintf(out, ZN_PCI_TEXT_BYTES_MAX + 1, "%04x:%02x:%02x.%x", domain & 0xffff,
			bus & 0xff, device & 0x1f, function & 7);
}

static bool channel_of(struct channel *out, const char *file)
{
	int used = 0;
	*out = (struct channel){0};
	if (sscanf(file, "temp%3" SCNu32 "_input%n", &out->number, &used) == 1 && used > 0 &&
		file[used] == '\0')
		out->kind = ZN_SENSOR_TEMPERATURE;
	else if (sscanf(file, "power%3" SCNu32 "_average%n", &out->number, &used) == 1 &&
		 used > 0 && file[used] == '\0') {
		out->kind = ZN_SENSOR_POWER;
		out->averaged = true;
	} else if (sscanf(file, "power%3" SCNu32 "_input%n", &out->number, &used) == 1 &&
		   used > 0 && file[used] == '\0')
		out->kind = ZN_SENSOR_POWER;
	return out->kind != 0;
}

static int by_number(const void *a, const void *b)
{
	const struct channel *x = a, *y = b;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return (int)y->averaged - (int)x->averaged;
}

static uint32_t find_channels(struct channel *out, const char *directory)
{
	DIR *opened = opendir(directory);
	uint32_t count = 0;
	struct dirent *entry;
	if (opened == NULL)
		return 0;
	for (int seen = 0; seen < 8 * ZN_SENSOR_CHANNELS_MAX && count < ZN_SENSOR_CHANNELS_MAX &&
			   (entry = readdir(opened)) != NULL;
		seen++)
		count += channel_of(&out[count], entry->d_name);
	closedir(opened);
	qsort(out, count, sizeof *out, by_number);
	return count;
}

static void read_channel(struct zn_readings *out, const char *directory, const char *chip,
	const struct channel *channel)
{
	bool heat = channel->kind == ZN_SENSOR_TEMPERATURE;
	const char *stem = heat ? "temp" : "power";
	char file[32], label[VALUE_BYTES];
	struct zn_sensor sensor = {.kind = channel->kind, .of = class_of(chip)};
	int64_t value = 0;
	snprintf(file, sizeof file, "%s%" PRIu32 "_fault", stem, channel->number);
	if (read_number(&value, directory, file) == 0 && value != 0)
		return;
	snprintf(file, sizeof file, "%s%" PRIu32 "_%s", stem, channel->number,
		channel->averaged ? "average" : "input");
	if (read_number(&value, directory, file) != 0 || (!heat && value < 0))
		return;
	snprintf(file, sizeof file, "%s%" PRIu32 "_label", stem, channel->number);
	if (read_text(label, directory, file) != 0 || label[0] == '\0')
		snprintf(label, sizeof label, "%s%" PRIu32, stem, channel->number);
	if (sensor.of == ZN_SENSOR_OF_GPU)
		pci_of(sensor.pci, directory);
	add(out, &sensor, heat ? value : value / 1000, chip, label); /* power is in microwatts */
}

static void read_chip(struct zn_readings *out, const char *directory)
{
	struct channel channels[ZN_SENSOR_CHANNELS_MAX];
	char chip[VALUE_BYTES];
	if (read_text(chip, directory, "name") != 0 || chip[0] == '\0')
		return;
	uint32_t count = find_channels(channels, directory);
	for (uint32_t i = 0; i < count; i++)
		if (i == 0 || channels[i].kind != channels[i - 1].kind ||
			channels[i].number != channels[i - 1].number)
			read_channel(out, directory, chip, &channels[i]);
}

static void read_hwmon(struct zn_readings *out, struct zn_sensor_place *place)
{
	char directory[PATH_MAX];
	for (uint32_t i = 0; i < ZN_SENSOR_CHIPS_MAX; i++) {
		snprintf(directory, sizeof directory, "%s/class/hwmon/hwmon%" PRIu32, place->root,
			i);
		if (access(directory, F_OK) != 0)
			continue; /* numbers have gaps where a driver was taken out */
		place->chips++;
		read_chip(out, directory);
	}
}

/* --- RAPL --- */

static struct zn_energy *energy_of(struct zn_sensor_place *place, const char *name)
{
	for (int i = 0; i < ZN_SENSOR_DOMAINS_MAX; i++)
		if (place->domains[i].name[0] == '\0' || strcmp(place->domains[i].name, name) == 0)
			return &place->domains[i];
	return NULL;
}

/* What was used since the last look; the counter begins anew above its range. */
static bool grown(uint64_t *out_uj, uint64_t before_uj, uint64_t now_uj, const char *directory)
{
	int64_t range_uj = 0;
	*out_uj = now_uj - before_uj;
	if (now_uj >= before_uj)
		return true;
	if (read_number(&range_uj, directory, "max_energy_range_uj") != 0 ||
		(uint64_t)range_uj < before_uj)
		return false;
	*out_uj = (uint64_t)range_uj - before_uj + now_uj;
	return true;
}

static void read_domain(struct zn_readings *out, struct zn_sensor_place *place, const char *name,
	uint64_t now_ns)
{
	char directory[PATH_MAX], label[VALUE_BYTES];
	int64_t energy_uj = 0;
	uint64_t used_uj = 0;
	snprintf(directory, sizeof directory, "%s/class/powercap/%s", place->root, name);
	if (read_text(label, directory, "name") != 0 || strncmp(label, "package", 7) != 0)
		return;
	int err = read_number(&energy_uj, directory, "energy_uj");
	struct zn_energy *energy = energy_of(place, name);
	place->power_denied = place->power_denied || err == EACCES || err == EPERM;
	if (err != 0 || energy_uj < 0 || energy == NULL)
		return;
	struct zn_energy before = *energy;
	snprintf(energy->name, sizeof energy->name, "%s", name);
	energy->energy_uj = (uint64_t)energy_uj;
	energy->read_ns = now_ns;
	if (before.name[0] == '\0' || now_ns < before.read_ns + LEAST_NS) {
		place->power_counting = true;
		return;
	}
	if (!grown(&used_uj, before.energy_uj, energy->energy_uj, directory))
		return;
	double milli = (double)used_uj * 1e6 / (double)(now_ns - before.read_ns);
	struct zn_sensor sensor = {.kind = ZN_SENSOR_POWER, .of = ZN_SENSOR_OF_CPU};
	if (milli < ZN_SENSOR_MILLI_W_MAX)
		add(out, &sensor, (int64_t)milli, "rapl", label);
}

static void read_rapl(struct zn_readings *out, struct zn_sensor_place *place, uint64_t now_ns)
{
	char name[sizeof place->domains[0].name];
	for (uint32_t i = 0; i < ZN_SENSOR_DOMAINS_MAX; i++) {
		snprintf(name, sizeof name, "intel-rapl:%" PRIu32, i); /* AMD's too */
		read_domain(out, place, name, now_ns);
	}
}

void zn_sensors_read(struct zn_readings *out, struct zn_sensor_place *place, uint64_t now_ns)
{
	*out = (struct zn_readings){.round = ++place->round};
	place->power_denied = place->power_counting = false;
	place->chips = 0;
	read_hwmon(out, place);
	read_rapl(out, place, now_ns);
}

static bool has(const struct zn_readings *readings, uint8_t kind)
{
	for (uint32_t i = 0; i < readings->count; i++)
		if (readings->list[i].kind == kind)
			return true;
	return false;
}

void zn_readings_note(struct zn_readings *readings, const struct zn_sensor_place *place)
{
	if (!has(readings, ZN_SENSOR_TEMPERATURE))
		strcpy(readings->temperature_note,
			place->chips == 0
				? "no temperature sensor is readable here: the system shows none"
				: "no temperature sensor is readable here: those that there are "
				  "give no sound value");
	if (!has(readings, ZN_SENSOR_POWER))
		strcpy(readings->power_note,
			place->power_denied
				? "no power reading is to be had here: the processor's energy "
				  "counters (/sys/class/powercap) are for root only"
			: place->power_counting
				? "power is known from the second look at its counter on"
				: "no power reading is to be had here: the system shows none");
}
