/* Keys by name in a home of one's own, and the accounts that people mean. */
#include "tools/home.h"

#include "io/files.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char home[] = "/tmp/zennet-home-XXXXXX";

static int make_home(void **state)
{
	(void)state;
	return mkdtemp(home) == NULL || setenv("ZENNET_HOME", home, 1) != 0;
}

static int remove_home(void **state)
{
	(void)state;
	return zn_directory_remove(home) != ZN_ERR_OK;
}

static void a_name_is_a_file_in_keys_and_a_path_is_itself(void **state)
{
	(void)state;
	struct zn_complaint complaint;
	char path[PATH_MAX], wanted[PATH_MAX];
	assert_true(zn_key_path(&complaint, path, "alice"));
	assert_true(zn_path_make(wanted, "%s/keys/alice.key", home));
	assert_string_equal(path, wanted);
	assert_true(zn_key_path(&complaint, path, "./x.key"));
	assert_string_equal(path, "./x.key");
	assert_false(zn_key_path(&complaint, path, ".."));
	assert_false(zn_key_path(&complaint, path, "-x"));
	assert_false(zn_key_path(&complaint, path, ""));
}

static void a_missing_key_is_named_with_the_command_that_makes_it(void **state)
{
	(void)state;
	struct zn_complaint complaint;
	struct zn_secret_key key;
	assert_false(zn_key_open(&complaint, &key, "nobody", false));
	assert_non_null(strstr(complaint.text, "zennet wallet new nobody"));
	assert_true(zn_key_open(&complaint, &key, "nobody", true));
	assert_true(zn_key_open(&complaint, &key, "nobody", false));
}

static void a_key_that_others_may_read_is_not_taken(void **state)
{
	(void)state;
	struct zn_complaint complaint;
	struct zn_secret_key key;
	char path[PATH_MAX];
	assert_true(zn_key_open(&complaint, &key, "open", true));
	assert_true(zn_key_path(&complaint, path, "open"));
	assert_int_equal(chmod(path, 0644), 0);
	assert_false(zn_key_open(&complaint, &key, "open", false));
	assert_non_null(strstr(complaint.text, "chmod 600"));
}

static void an_account_is_a_text_or_the_name_of_a_key(void **state)
{
	(void)state;
	struct zn_complaint complaint;
	struct zn_secret_key key;
	struct zn_account named, written;
	char text[ZN_ACCOUNT_TEXT_BYTES];
	assert_true(zn_key_open(&complaint, &key, "bob", true));
	assert_true(zn_account_open(&complaint, &named, "bob"));
	zn_account_text(text, &named);
	assert_true(zn_account_open(&complaint, &written, text));
	assert_true(zn_account_equal(&named, &written));
	text[10] = text[10] == 'q' ? 'p' : 'q';
	assert_false(zn_account_open(&complaint, &written, text));
	assert_non_null(strstr(complaint.text, "a letter is wrong or missing"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_a_file_in_keys_and_a_path_is_itself),
		cmocka_unit_test(a_missing_key_is_named_with_the_command_that_makes_it),
		cmocka_unit_test(a_key_that_others_may_read_is_not_taken),
		cmocka_unit_test(an_account_is_a_text_or_the_name_of_a_key),
	};
	return cmocka_run_group_tests(tests, make_home, remove_home);
}
