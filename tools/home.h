/* tools/home.h - what the commands find in Zennet's home: keys by name, and where the ledger is.
 *
 * Home is $ZENNET_HOME, else under XDG's directories (io/files.h). Keys lie in home/keys/NAME.key.
 */
#ifndef ZN_TOOLS_HOME_H
#define ZN_TOOLS_HOME_H

#include "core/err.h"
#include "core/key.h"

#include <limits.h>
#include <stdbool.h>

#define ZN_KEY_NAME_DEFAULT   "default"
#define ZN_LEDGER_URL_DEFAULT "http://127.0.0.1:26657"

/** Where the key of that NAME lies; a text with a '/' is a path already. NULL: the default name. */
bool zn_key_path(struct zn_complaint *complaint, char out[PATH_MAX], const char *name)
	__attribute__((warn_unused_result));
/** Read it; `create` draws a new key where there is none. Wipe it after use. */
bool zn_key_open(struct zn_complaint *complaint, struct zn_secret_key *out, const char *name,
	bool create) __attribute__((warn_unused_result));
/** The account that a person means: "xen1…", or the name of a key of theirs. */
bool zn_account_open(struct zn_complaint *complaint, struct zn_account *out, const char *text)
	__attribute__((warn_unused_result));

/** `option` as given (may be NULL), else $ZENNET_LEDGER, else ZN_LEDGER_URL_DEFAULT. */
const char *zn_ledger_url(const char *option);

#endif
