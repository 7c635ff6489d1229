#include "worker/sweep.h"

#include "io/files.h"
#include "worker/journal.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SWEPT_MAX 65536 /* looked at in one start; the rest at the next */

static bool name_read(long long *deal, unsigned long long *chunk, const char *name)
{
	char again[64];
	if (sscanf(name, "%lld-%llu", deal, chunk) != 2)
		return false;
	snprintf(again, sizeof again, "%lld-%llu", *deal, *chunk);
	return strcmp(again, name) == 0;
}

uint32_t zn_outputs_sweep(struct zn_journal *journal, const char *folder)
{
	char path[PATH_MAX];
	uint32_t removed = 0;
	const struct dirent *entry;
	DIR *directory = opendir(folder);
	for (uint32_t i = 0;
		directory != NULL && i < SWEPT_MAX && (entry = readdir(directory)) != NULL; i++) {
		long long deal;
		unsigned long long chunk;
		bool there = true;
		if (!name_read(&deal, &chunk, entry->d_name) ||
			zn_worker_journal_has_output(&there, journal, deal, chunk) != ZN_ERR_OK ||
			there || !zn_path_make(path, "%s/%s", folder, entry->d_name))
			continue;
		removed += unlink(path) == 0;
	}
	if (directory != NULL)
		closedir(directory);
	return removed;
}
