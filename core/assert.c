#include "core/assert.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void zn_assert_failed(const char *what, const char *file, int line)
{
	fprintf(stderr, "zennet: this is a bug of ours: %s does not hold (%s:%d)\n", what, file,
		line);
	abort();
}
