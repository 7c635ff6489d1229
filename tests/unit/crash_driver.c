/* tests/unit/crash_driver.c - OpenCL drivers that are none: CRASH takes the process down when it is loaded,
 * else it offers no platform.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef CRASH
__attribute__((constructor)) static void crash(void)
{
	abort();
}
#endif

void *clGetExtensionFunctionAddress(const char *name);
int32_t no_platform(uint32_t room, void **platforms, uint32_t *count);

int32_t no_platform(uint32_t room, void **platforms, uint32_t *count)
{
	(void)room;
	(void)platforms;
	if (count != NULL)
		*count = 0;
	return -1001;
}

void *clGetExtensionFunctionAddress(const char *name)
{
	union {
		int32_t (*function)(uint32_t, void **, uint32_t *);
		void *object;
	} address = {.function = no_platform};
	return strcmp(name, "clIcdGetPlatformIDsKHR") == 0 ? address.object : NULL;
}
