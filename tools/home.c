#include "tools/home.h"

#include "io/files.h"
#include "io/keyfile.h"

#include <stdlib.h>
#include <string.h>

#define KEY_NAME_BYTES_MAX 64

static bool name_is_plain(const char *name)
{
	size_t bytes = strlen(name);

	return bytes > 0 && bytes <= KEY_NAME_BYTES_MAX && name[0] != '-' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
		       bytes;
}

bool zn_key_path(struct zn_complaint *complaint, char out[PATH_MAX], const char *name)
{
	char home[PATH_MAX], keys[PATH_MAX];

	if (name == NULL)
		name = ZN_KEY_NAME_DEFAULT;
	if (strchr(name, '/') != NULL) {
		if (!zn_path_make(out, "%s", name))
			return zn_complain(complaint, "the path of the key is too long");
		return true;
	}
	if (!name_is_plain(name))
		return zn_complain(complaint,
			"'%s' is no name for a key; use letters, digits, - and _, or a path with a "
			"/",
			name);
	enum zn_err err = zn_path_home(home);
	if (err != ZN_ERR_OK)
		return zn_complain(complaint, "Zennet's home cannot be made: %s; set ZENNET_HOME",
			zn_err_sentence(err));
	if (!zn_path_make(keys, "%s/keys", home) || !zn_path_make(out, "%s/%s.key", keys, name))
		return zn_complain(complaint, "the path of the key is too long");
	err = zn_directory_make(keys);
	if (err != ZN_ERR_OK)
		return zn_complain(complaint, "%s cannot be made: %s", keys, zn_err_sentence(err));
	return true;
}

static bool complain_key(struct zn_complaint *complaint, const char *path, const char *name,
	enum zn_err err)
{
	if (err == ZN_ERR_NOT_FOUND && strchr(name, '/') == NULL)
		return zn_complain(complaint,
			"there is no key '%s' (%s); make one: zennet wallet new %s", name, path,
			name);
	if (err == ZN_ERR_DENIED)
		return zn_complain(complaint,
			"%s: a key must be readable by its owner only; chmod 600 it", path);
	if (err == ZN_ERR_MALFORMED)
		return zn_complain(complaint, "%s is no key file: 64 hex digits and a newline",
			path);
	return zn_complain(complaint, "%s: %s", path, zn_err_sentence(err));
}

bool zn_key_open(struct zn_complaint *complaint, struct zn_secret_key *out, const char *name,
	bool create)
{
	char path[PATH_MAX];

	if (name == NULL)
		name = ZN_KEY_NAME_DEFAULT;
	if (!zn_key_path(complaint, path, name))
		return false;
	enum zn_err err = zn_keyfile_read(out, path);
	if (err == ZN_ERR_NOT_FOUND && create)
		err = zn_keyfile_create(out, path);
	return err == ZN_ERR_OK || complain_key(complaint, path, name, err);
}

bool zn_account_open(struct zn_complaint *complaint, struct zn_account *out, const char *text)
{
	struct zn_secret_key secret;
	struct zn_public_key public;

	if (zn_account_parse(out, text))
		return true;
	if (strncmp(text, "xen1", 4) == 0)
		return zn_complain(complaint, "%s is no account: a letter is wrong or missing",
			text);
	if (!zn_key_open(complaint, &secret, text, false))
		return false;
	zn_public_key_of(&public, &secret);
	zn_secret_key_wipe(&secret);
	zn_account_of(out, &public);
	return true;
}

const char *zn_ledger_url(const char *option)
{
	const char *environment = getenv("ZENNET_LEDGER");

	if (option != NULL)
		return option;
	return environment != NULL && environment[0] != '\0' ? environment : ZN_LEDGER_URL_DEFAULT;
}
