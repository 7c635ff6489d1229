/* chain/client/trust.c - what a home remembers of the ledger: the newest header that was verified. */
#include "chain/client/client_inside.h"
#include "io/clock.h"
#include "io/files.h"
#include "io/json.h"
#include "io/log.h"

#include <stdlib.h>
#include <string.h>

static bool load(struct zn_ledger_client *client, struct zn_complaint *complaint)
{
	uint8_t *bytes;
	size_t count;
	enum zn_err err =
		zn_file_read(&bytes, &count, client->trust_file, ZN_LIGHT_RECORD_BYTES_MAX);
	if (err == ZN_ERR_NOT_FOUND)
		return true;
	bool sound = err == ZN_ERR_OK;
	if (sound) {
		struct zn_codec reader = zn_codec_reader(bytes, count);
		zn_light_code(&reader, &client->light);
		sound = zn_codec_done(&reader);
		free(bytes);
	}
	if (sound)
		return true;
	client->light.trusts = false;
	return zn_complain(complaint,
		"%s, what is remembered of the ledger, cannot be read (%s): remove it, and the next"
		" block that the ledger node shows is believed",
		client->trust_file, zn_err_sentence(err == ZN_ERR_OK ? ZN_ERR_CORRUPT : err));
}

bool zn_ledger_client_trust(struct zn_ledger_client *client, const struct zn_ledger_trust *trust,
	struct zn_complaint *complaint)
{
	zn_light_begin(&client->light, trust->period_s);
	if (trust->file != NULL) {
		if (!zn_path_make(client->trust_file, "%s", trust->file))
			return zn_complain(complaint, "%s: the path is too long", trust->file);
		if (!load(client, complaint))
			return false;
	}
	if (trust->height > 0 && trust->hash != NULL)
		zn_light_root(&client->light, trust->height, trust->hash);
	if (trust->witness_url == NULL)
		return true;
	if (zn_ledger_client_create(&client->witness, client->loop, client->http,
		    trust->witness_url) != ZN_ERR_OK)
		return zn_complain(complaint,
			"the witness '%s' is no address of a ledger; give one as"
			" http://127.0.0.1:26657",
			trust->witness_url);
	return true;
}

/* --- what a person wrote
 * -------------------------------------------------------------------------------- */

static bool settings_read(struct zn_ledger_trust *trust, struct zn_hash *hash, const char *path,
	const struct zn_json *root, struct zn_complaint *complaint)
{
	struct zn_json_reader reader = zn_json_reader_begin(path, root, complaint);
	const char *text = NULL;
	zn_json_read_u64(&reader, "trust_height", false, 1, INT64_MAX, &trust->height);
	bool has_hash = zn_json_read_string(&reader, "trust_hash", false, &text);
	zn_json_read_string(&reader, "witness", false, &trust->witness_url);
	zn_json_read_duration_s(&reader, "trust_period", false, &trust->period_s);
	if (!zn_json_reader_done(&reader))
		return false;
	if (has_hash && !zn_hex_read(hash->bytes, sizeof hash->bytes, text))
		return zn_complain(complaint,
			"%s: trust_hash: '%.80s' is no block's hash; give 64 hex digits", path,
			text);
	if (has_hash != (trust->height != 0))
		return zn_complain(complaint,
			"%s: trust_height and trust_hash name a block together; give both or none",
			path);
	trust->hash = has_hash ? hash : NULL;
	return true;
}

static bool trust_as_written(struct zn_ledger_client *client, const char *file, const char *path,
	struct zn_complaint *complaint)
{
	struct zn_ledger_trust trust = {.file = file};
	struct zn_json *root = NULL;
	struct zn_hash hash;
	uint8_t *bytes;
	size_t count;
	enum zn_err err = zn_file_read(&bytes, &count, path, ZN_LEDGER_SETTINGS_BYTES_MAX);
	if (err != ZN_ERR_OK && err != ZN_ERR_NOT_FOUND)
		return zn_complain(complaint, "%s: %s", path, zn_err_sentence(err));
	bool sound = true;
	if (err == ZN_ERR_OK) {
		root = zn_json_parse(path, (const char *)bytes, count, complaint);
		free(bytes);
		sound = root != NULL && settings_read(&trust, &hash, path, root, complaint);
	}
	sound = sound && zn_ledger_client_trust(client, &trust, complaint);
	zn_json_destroy(root);
	return sound;
}

bool zn_ledger_client_home(struct zn_ledger_client *client, const char *home,
	struct zn_complaint *complaint)
{
	char own[PATH_MAX], file[PATH_MAX], path[PATH_MAX];
	if (home == NULL) {
		enum zn_err err = zn_path_home(own);
		if (err != ZN_ERR_OK)
			return zn_complain(complaint, "Zennet's home: %s", zn_err_sentence(err));
		home = own;
	}
	if (!zn_path_make(file, "%s/ledger-trust", home) ||
		!zn_path_make(path, "%s/ledger.json", home))
		return zn_complain(complaint, "%s: the path is too long", home);
	return trust_as_written(client, file, path, complaint);
}

void zn_client_trust_save(struct zn_ledger_client *client, bool now)
{
	uint8_t bytes[ZN_LIGHT_RECORD_BYTES_MAX];
	uint64_t now_ns = zn_clock_monotonic_ns();
	if (client->trust_file[0] == '\0' || !client->light.trusts ||
		(!now && client->saved_ns != 0 &&
			now_ns - client->saved_ns < ZN_LIGHT_SAVE_S * UINT64_C(1000000000)))
		return;
	client->saved_ns = now_ns;
	struct zn_codec writer = zn_codec_writer(bytes, sizeof bytes);
	zn_light_code(&writer, &client->light);
	enum zn_err err = zn_codec_done(&writer)
				  ? zn_file_write(client->trust_file, bytes, writer.used, 0600)
				  : ZN_ERR_TOO_LARGE;
	/* What is remembered is then older: it costs a longer way next time, and nothing else. */
	if (err != ZN_ERR_OK)
		zn_log(ZN_LOG_WARN, "ledger", "%s cannot be written: %s", client->trust_file,
			zn_err_sentence(err));
}
