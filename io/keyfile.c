#include "io/keyfile.h"

#include "io/files.h"
#include "io/random.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define KEY_TEXT_BYTES 64

enum zn_err zn_keyfile_read(struct zn_secret_key *out, const char *path)
{
	struct stat info;
	if (stat(path, &info) != 0)
		return errno == ENOENT ? ZN_ERR_NOT_FOUND : ZN_ERR_DENIED;
	if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return ZN_ERR_DENIED;
	uint8_t *text = NULL;
	size_t count = 0;
	enum zn_err err = zn_file_read(&text, &count, path, KEY_TEXT_BYTES + 1);
	if (err == ZN_ERR_TOO_LARGE)
		return ZN_ERR_MALFORMED;
	if (err != ZN_ERR_OK)
		return err;
	uint8_t entropy[32];
	err = ZN_ERR_MALFORMED;
	if (count == KEY_TEXT_BYTES + 1 && text[KEY_TEXT_BYTES] == '\n') {
		text[KEY_TEXT_BYTES] = '\0';
		if (zn_hex_read(entropy, sizeof entropy, (const char *)text) &&
			zn_secret_key_make(out, entropy))
			err = ZN_ERR_OK;
	}
	OPENSSL_cleanse(entropy, sizeof entropy);
	OPENSSL_cleanse(text, count);
	free(text);
	return err;
}

enum zn_err zn_keyfile_create(struct zn_secret_key *out, const char *path)
{
	uint8_t entropy[32];
	char text[KEY_TEXT_BYTES + 2];
	if (zn_file_exists(path))
		return ZN_ERR_EXISTS;
	do
		zn_random_bytes(entropy, sizeof entropy);
	while (!zn_secret_key_make(out, entropy));
	zn_hex_write(text, entropy, sizeof entropy);
	memcpy(text + KEY_TEXT_BYTES, "\n", 2);
	enum zn_err err = zn_file_write(path, text, KEY_TEXT_BYTES + 1, 0600);
	OPENSSL_cleanse(entropy, sizeof entropy);
	OPENSSL_cleanse(text, sizeof text);
	return err;
}
