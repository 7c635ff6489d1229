#include "runner/client/remember.h"

#include "core/limits.h"
#include "io/files.h"
#include "io/json.h"

#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX (256u << 10)

struct memory {
	size_t count;
	struct zn_device devices[ZN_DEVICES_REMEMBERED_MAX]; /* texts and `exact` only */
};

static void copy(char *out, size_t out_bytes, const struct zn_json *object, const char *key)
{
	const char *text;
	out[0] = '\0';
	if (!zn_json_string(&text, zn_json_get(object, key)) || strlen(text) >= out_bytes)
		return;
	strcpy(out, text);
	for (char *at = out; *at != '\0'; at++)
		if (*at < 0x20 || *at > 0x7e)
			*at = '?';
}

static void take(struct memory *memory, const struct zn_json *object)
{
	char exact[8];
	struct zn_device *device = &memory->devices[memory->count];
	*device = (struct zn_device){0};
	copy(device->platform, sizeof device->platform, object, "platform");
	copy(device->name, sizeof device->name, object, "name");
	copy(device->driver, sizeof device->driver, object, "driver");
	copy(device->version, sizeof device->version, object, "version");
	copy(device->exact_reason, sizeof device->exact_reason, object, "reason");
	copy(exact, sizeof exact, object, "exact");
	device->exact = strcmp(exact, "yes") == 0 ? ZN_EXACT_YES : ZN_EXACT_NO;
	if (device->name[0] != '\0')
		memory->count++;
}

static void load(struct memory *memory, const char *path)
{
	uint8_t *bytes = NULL;
	size_t count = 0;
	struct zn_complaint ignored;
	memory->count = 0;
	if (zn_file_read(&bytes, &count, path, FILE_BYTES_MAX) != ZN_ERR_OK)
		return;
	struct zn_json *root = zn_json_parse(path, (const char *)bytes, count, &ignored);
	const struct zn_json *list = root != NULL ? zn_json_get(root, "devices") : NULL;
	size_t listed = list != NULL ? zn_json_count(list) : 0;
	for (size_t i = 0; i < listed && memory->count < ZN_DEVICES_REMEMBERED_MAX; i++)
		take(memory, zn_json_at(list, i));
	zn_json_destroy(root);
	free(bytes);
}

static void store(const struct memory *memory, const char *path)
{
	struct zn_json *root = zn_json_object_create(), *list = zn_json_array_create();
	for (size_t i = 0; i < memory->count; i++) {
		const struct zn_device *device = &memory->devices[i];
		struct zn_json *object = zn_json_object_create();
		zn_json_add_string(object, "platform", device->platform);
		zn_json_add_string(object, "name", device->name);
		zn_json_add_string(object, "driver", device->driver);
		zn_json_add_string(object, "version", device->version);
		zn_json_add_string(object, "exact", device->exact == ZN_EXACT_YES ? "yes" : "no");
		zn_json_add_string(object, "reason", device->exact_reason);
		zn_json_add(list, NULL, object);
	}
	zn_json_add(root, "devices", list);
	char *text = zn_json_print(root, true);
	zn_json_destroy(root);
	if (text != NULL)
		(void)zn_file_replace(path, text, strlen(text), 0600);
	free(text);
}

static struct zn_device *find(struct memory *memory, const struct zn_device *device)
{
	for (size_t i = 0; i < memory->count; i++)
		if (strcmp(memory->devices[i].name, device->name) == 0 &&
			strcmp(memory->devices[i].platform, device->platform) == 0)
			return &memory->devices[i];
	return NULL;
}

static const char *class_of(const struct zn_device *device)
{
	return device->exact == ZN_EXACT_YES ? "exact" : "not exact";
}

static void compare(struct zn_complaint *note, const struct zn_device *before,
	const struct zn_device *now)
{
	bool driver = strcmp(before->driver, now->driver) != 0 ||
		      strcmp(before->version, now->version) != 0;
	if (driver)
		zn_complain(note, "its driver changed (%.60s, was %.60s): tested again, %s%s",
			now->driver, before->driver, class_of(now),
			before->exact == now->exact ? " as before" : ", which it was not before");
	else if (before->exact != now->exact)
		zn_complain(note, "it is %s now and was not under the same driver", class_of(now));
}

void zn_devices_remember(struct zn_complaint *notes, const struct zn_device *devices, size_t count,
	const char *path)
{
	static struct memory memory;
	char cache[PATH_MAX], usual[PATH_MAX];
	bool changed = false;
	for (size_t i = 0; i < count; i++)
		notes[i].text[0] = '\0';
	if (path == NULL) {
		if (zn_path_cache(cache) != ZN_ERR_OK ||
			!zn_path_make(usual, "%s/devices.json", cache))
			return;
		path = usual;
	}
	load(&memory, path);
	for (size_t i = 0; i < count; i++) {
		struct zn_device *before = find(&memory, &devices[i]);
		if (devices[i].exact == ZN_EXACT_UNKNOWN)
			continue;
		if (before != NULL)
			compare(&notes[i], before, &devices[i]);
		else if (memory.count < ZN_DEVICES_REMEMBERED_MAX)
			before = &memory.devices[memory.count++];
		else
			before = &memory.devices[i % ZN_DEVICES_REMEMBERED_MAX];
		changed = changed || before->exact != devices[i].exact ||
			  strcmp(before->driver, devices[i].driver) != 0 ||
			  strcmp(before->version, devices[i].version) != 0;
		*before = devices[i];
	}
	if (changed)
		store(&memory, path);
}
