#include "runner/drivers.h"

#include "runner/channel.h"
#include "runner/compute.h"

#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VENDORS     "/etc/OpenCL/vendors"
#define ENTRIES_MAX 1024 /* of the vendors' directory */
#define LINE_BYTES  1024

typedef void *address_fn(const char *name);
typedef cl_int platforms_fn(cl_uint room, cl_platform_id *platforms, cl_uint *count);

struct file {
	char path[PATH_MAX];
	const char *name; /* its last part */
};

static struct file files[ZN_DRIVERS_MAX];
static uint32_t files_count;
static struct zn_pipe_message message;

static void clean(char *out, size_t out_bytes, const char *text)
{
	zn_pipe_clean(out, out_bytes, text, strlen(text), false);
}

static void begin(uint32_t index, bool is_file, const char *name, uint8_t state)
{
	message.kind = ZN_PIPE_DRIVER;
	message.driver = (struct zn_driver){.index = index, .is_file = is_file, .state = state};
	clean(message.driver.name, sizeof message.driver.name, name);
}

static void say(uint8_t state, const char *reason)
{
	message.driver.state = state;
	clean(message.driver.reason, sizeof message.driver.reason, reason);
	zn_channel_send(&message);
}

static void add_file(const char *directory, const char *name)
{
	struct file *file = &files[files_count];
	int length = directory != NULL ? snprintf(file->path, PATH_MAX, "%s/%s", directory, name)
				       : snprintf(file->path, PATH_MAX, "%s", name);
	if (length <= 0 || length >= PATH_MAX)
		return;
	const char *slash = strrchr(file->path, '/');
	file->name = slash != NULL ? slash + 1 : file->path;
	files_count++;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

static bool is_icd(const char *name)
{
	size_t length = strlen(name);
	return length > 4 && strcmp(name + length - 4, ".icd") == 0;
}

static void find_files(void)
{
	const char *vendors = getenv("OCL_ICD_VENDORS");
	if (vendors == NULL || vendors[0] == '\0')
		vendors = VENDORS;
	DIR *directory = opendir(vendors);
	files_count = 0;
	if (directory == NULL) {
		if (is_icd(vendors))
			add_file(NULL, vendors);
		return;
	}
	struct dirent *entry;
	for (int seen = 0; seen < ENTRIES_MAX && files_count < ZN_DRIVERS_MAX &&
			   (entry = readdir(directory)) != NULL;
		seen++)
		if (is_icd(entry->d_name))
			add_file(vendors, entry->d_name);
	closedir(directory);
	qsort(files, files_count, sizeof *files, by_name); /* moves `name` too */
	for (uint32_t i = 0; i < files_count; i++) {
		const char *slash = strrchr(files[i].path, '/');
		files[i].name = slash != NULL ? slash + 1 : files[i].path;
	}
}

void zn_drivers_announce(void)
{
	find_files();
	for (uint32_t i = 0; i < files_count; i++) {
		begin(i, true, files[i].name, ZN_DRIVER_LOADING);
		say(ZN_DRIVER_LOADING, "");
	}
}

/* The first line of the file, which names the driver's library. */
static bool library_of(char *out, const struct file *file)
{
	FILE *opened = fopen(file->path, "re");
	out[0] = '\0';
	if (opened == NULL)
		return false;
	bool read = fgets(out, LINE_BYTES, opened) != NULL;
	fclose(opened);
	out[strcspn(out, "\r\n")] = '\0';
	return read && out[0] != '\0';
}

/* As the loader asks it. The library stays where it is: it is in use. */
static void tell_file(uint32_t index)
{
	char library[LINE_BYTES], why[LINE_BYTES + 64];
	union {
		void *object;
		address_fn *call;
		platforms_fn *list;
	} symbol;
	begin(index, true, files[index].name, ZN_DRIVER_GOOD);
	if (!library_of(library, &files[index])) {
		say(ZN_DRIVER_BROKEN, "the file cannot be read, or names no library");
		return;
	}
	void *handle = dlopen(library, RTLD_LAZY);
	if (handle == NULL) {
		const char *error = dlerror();
		snprintf(why, sizeof why, "its library cannot be loaded: %s",
			error != NULL ? error : library);
		say(ZN_DRIVER_BROKEN, why);
		return;
	}
	symbol.object = dlsym(handle, "clGetExtensionFunctionAddress");
	if (symbol.object != NULL)
		symbol.object = symbol.call("clIcdGetPlatformIDsKHR");
	if (symbol.object == NULL) {
		snprintf(why, sizeof why, "%s is no OpenCL driver", library);
		say(ZN_DRIVER_BROKEN, why);
		return;
	}
	cl_uint count = 0;
	cl_int err = symbol.list(0, NULL, &count);
	snprintf(why, sizeof why, "its library offers no platform (OpenCL error %d)", err);
	if (err == CL_SUCCESS && count > 0)
		say(ZN_DRIVER_GOOD, "");
	else
		say(ZN_DRIVER_EMPTY, why);
}

static void platform_text(char *out, cl_platform_id platform, cl_platform_info what)
{
	char raw[1024] = {0};
	if (clGetPlatformInfo(platform, what, sizeof raw - 1, raw, NULL) == CL_SUCCESS)
		zn_pipe_clean(out, ZN_DEVICE_TEXT_BYTES_MAX + 1, raw, strnlen(raw, sizeof raw),
			false);
}

static void tell_platform(uint32_t index, cl_platform_id platform)
{
	char why[128];
	begin(index, false, "", ZN_DRIVER_GOOD);
	platform_text(message.driver.name, platform, CL_PLATFORM_NAME);
	platform_text(message.driver.vendor, platform, CL_PLATFORM_VENDOR);
	platform_text(message.driver.version, platform, CL_PLATFORM_VERSION);
	if (message.driver.name[0] == '\0')
		clean(message.driver.name, sizeof message.driver.name, "a nameless platform");
	cl_uint count = 0;
	cl_int err = clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, NULL, &count);
	message.driver.devices = err == CL_SUCCESS ? count : 0;
	if (err == CL_SUCCESS && count > 0) {
		say(ZN_DRIVER_GOOD, "");
	} else if (err == CL_SUCCESS || err == CL_DEVICE_NOT_FOUND) {
		say(ZN_DRIVER_EMPTY, "it has no device on this machine");
	} else {
		snprintf(why, sizeof why, "it cannot list its devices (OpenCL error %d)", err);
		say(ZN_DRIVER_BROKEN, why);
	}
}

void zn_drivers_tell(void)
{
	cl_platform_id platforms[ZN_PLATFORMS_MAX];
	cl_uint count = 0;
	if (clGetPlatformIDs(ZN_PLATFORMS_MAX, platforms, &count) != CL_SUCCESS)
		count = 0;
	for (uint32_t i = 0; i < files_count; i++)
		tell_file(i);
	for (cl_uint i = 0; i < count && i < ZN_PLATFORMS_MAX; i++)
		if (files_count + i < ZN_DRIVERS_MAX)
			tell_platform(files_count + i, platforms[i]);
}
