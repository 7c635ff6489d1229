#include "publisher/job_home.h"

#include "core/limits.h"
#include "io/files.h"
#include "io/http_server.h"
#include "io/random.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PEM_BYTES_MAX 65536

static bool jobs_directory(char out[PATH_MAX], struct zn_complaint *complaint)
{
	char home[PATH_MAX];
	enum zn_err err = zn_path_home(home);
	if (err == ZN_ERR_OK && !zn_path_make(out, "%s/jobs", home))
		err = ZN_ERR_TOO_LARGE;
	if (err == ZN_ERR_OK)
		err = zn_directory_make(out);
	return err == ZN_ERR_OK ||
	       zn_complain(complaint,
		       "Zennet's home cannot be used: %s; set ZENNET_HOME to a directory"
		       " that can be written",
		       zn_err_sentence(err));
}

bool zn_job_home_path(char out[PATH_MAX], const struct zn_job_home *home, const char *name)
{
	return zn_path_make(out, "%s/%s", home->directory, name);
}

bool zn_job_home_create(struct zn_job_home *home, struct zn_complaint *complaint)
{
	char jobs[PATH_MAX], blobs[PATH_MAX];
	uint8_t draw[ZN_JOB_ID_BYTES / 2];
	if (!jobs_directory(jobs, complaint))
		return false;
	zn_random_bytes(draw, sizeof draw);
	zn_hex_write(home->id, draw, sizeof draw);
	if (!zn_path_make(home->directory, "%s/%s", jobs, home->id) ||
		!zn_job_home_path(blobs, home, "blobs"))
		return zn_complain(complaint, "%s: this path is too long", jobs);
	enum zn_err err = zn_directory_make(blobs);
	return err == ZN_ERR_OK ||
	       zn_complain(complaint, "%s: %s", home->directory, zn_err_sentence(err));
}

/* --- finding --- */

struct found {
	struct zn_job_home home;
	struct timespec changed;
};

static bool is_id(const char *name)
{
	return strlen(name) == ZN_JOB_ID_BYTES &&
	       strspn(name, "0123456789abcdef") == ZN_JOB_ID_BYTES;
}

static int newest_first(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	if (x->changed.tv_sec != y->changed.tv_sec)
		return x->changed.tv_sec < y->changed.tv_sec ? 1 : -1;
	return (x->changed.tv_nsec < y->changed.tv_nsec) -
	       (x->changed.tv_nsec > y->changed.tv_nsec);
}

static bool found_add(struct found *found, const char *jobs, const char *name)
{
	struct stat state;
	char path[PATH_MAX];
	if (!is_id(name) || !zn_path_make(found->home.directory, "%s/%s", jobs, name))
		return false;
	memcpy(found->home.id, name, sizeof found->home.id);
	if (!zn_job_home_path(path, &found->home, "job.json") || stat(path, &state) != 0)
		return false;
	found->changed = state.st_mtim;
	return true;
}

static bool list(struct found **out, size_t *count, struct zn_complaint *complaint)
{
	char jobs[PATH_MAX];
	*count = 0;
	*out = NULL;
	if (!jobs_directory(jobs, complaint))
		return false;
	struct found *found = calloc(ZN_JOBS_LISTED_MAX, sizeof *found);
	DIR *directory = opendir(jobs);
	if (directory == NULL || found == NULL) {
		if (directory != NULL)
			closedir(directory);
		free(found);
		return zn_complain(complaint, "%s: it cannot be read", jobs);
	}
	for (struct dirent *at; (at = readdir(directory)) != NULL && *count < ZN_JOBS_LISTED_MAX;)
		*count += found_add(&found[*count], jobs, at->d_name);
	closedir(directory);
	qsort(found, *count, sizeof *found, newest_first);
	*out = found;
	return true;
}

bool zn_job_home_list(zn_job_home_fn *fn, void *user, struct zn_complaint *complaint)
{
	struct found *found;
	size_t count;
	if (!list(&found, &count, complaint))
		return false;
	for (size_t i = 0; i < count; i++)
		fn(user, &found[i].home);
	free(found);
	return true;
}

bool zn_job_home_find(struct zn_job_home *home, const char *id, struct zn_complaint *complaint)
{
	struct found *found;
	size_t count, matches = 0;
	if (!list(&found, &count, complaint))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (id != NULL && strncmp(found[i].home.id, id, strlen(id)) != 0)
			continue;
		if (matches++ == 0)
			*home = found[i].home;
	}
	free(found);
	if (matches == 0)
		return zn_complain(complaint,
			id != NULL ? "%s: there is no such job here; `zennet job"
				     " list` shows them all"
				   : "%sno job was ever started here",
			id != NULL ? id : "");
	if (id != NULL && matches > 1)
		return zn_complain(complaint, "%s: %zu jobs begin so; give more digits", id,
			matches);
	return true;
}

/* --- files --- */

bool zn_job_home_write(const struct zn_job_home *home, const char *name, const void *bytes,
	size_t count, struct zn_complaint *complaint)
{
	char path[PATH_MAX];
	if (!zn_job_home_path(path, home, name))
		return zn_complain(complaint, "%s: this path is too long", home->directory);
	enum zn_err err = zn_file_write(path, bytes, count, 0600);
	return err == ZN_ERR_OK || zn_complain(complaint, "%s: %s", path, zn_err_sentence(err));
}

bool zn_job_home_read(uint8_t **bytes, size_t *count, const struct zn_job_home *home,
	const char *name, size_t bytes_max, struct zn_complaint *complaint)
{
	char path[PATH_MAX];
	if (!zn_job_home_path(path, home, name))
		return zn_complain(complaint, "%s: this path is too long", home->directory);
	enum zn_err err = zn_file_read(bytes, count, path, bytes_max);
	return err == ZN_ERR_OK || zn_complain(complaint, "%s: %s", path, zn_err_sentence(err));
}

bool zn_job_home_identity(char **key_pem, char **certificate_pem, struct zn_hash *pin,
	const struct zn_job_home *home, struct zn_complaint *complaint)
{
	char path[PATH_MAX];
	size_t count;
	*key_pem = *certificate_pem = NULL;
	if (!zn_job_home_path(path, home, "tls-certificate.pem"))
		return zn_complain(complaint, "%s: this path is too long", home->directory);
	if (!zn_file_exists(path)) {
		enum zn_err err = zn_tls_identity_make(key_pem, certificate_pem, pin);
		if (err != ZN_ERR_OK)
			return zn_complain(complaint, "no TLS key can be made: %s",
				zn_err_sentence(err));
		/* The certificate last: where it is there, its key is too. */
		return zn_job_home_write(home, "tls-key.pem", *key_pem, strlen(*key_pem),
			       complaint) &&
		       zn_job_home_write(home, "tls-certificate.pem", *certificate_pem,
			       strlen(*certificate_pem), complaint);
	}
	if (!zn_job_home_read((uint8_t **)key_pem, &count, home, "tls-key.pem", PEM_BYTES_MAX,
		    complaint) ||
		!zn_job_home_read((uint8_t **)certificate_pem, &count, home, "tls-certificate.pem",
			PEM_BYTES_MAX, complaint))
		return false;
	enum zn_err err = zn_tls_pin(pin, *certificate_pem);
	return err == ZN_ERR_OK || zn_complain(complaint, "%s: %s", path, zn_err_sentence(err));
}

bool zn_job_home_control_write(const struct zn_job_home *home, const struct zn_job_control *control,
	struct zn_complaint *complaint)
{
	char text[64];
	int count = snprintf(text, sizeof text, "%u %s\n", control->port, control->token);
	return zn_job_home_write(home, "control", text, (size_t)count, complaint);
}

bool zn_job_home_control_read(struct zn_job_control *control, const struct zn_job_home *home)
{
	uint8_t *bytes = NULL;
	size_t count;
	unsigned int port = 0;
	if (!zn_job_home_read(&bytes, &count, home, "control", 64, NULL))
		return false;
	bool good = sscanf((const char *)bytes, "%5u %32[0-9a-f]", &port, control->token) == 2 &&
		    port > 0 && port <= UINT16_MAX;
	control->port = (uint16_t)port;
	free(bytes);
	return good;
}

void zn_job_home_control_remove(const struct zn_job_home *home)
{
	char path[PATH_MAX];
	if (zn_job_home_path(path, home, "control"))
		unlink(path);
}
