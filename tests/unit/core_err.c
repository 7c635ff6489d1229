/* Errors have names and sentences; a complaint fits its place; an assertion stops the program. */
#include "core/err.h"

#include "core/assert.h"
#include "tests/test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void every_error_has_a_name_and_a_sentence(void **state)
{
	(void)state;
	for (int i = ZN_ERR_OK; i <= ZN_ERR_UNPROVEN; i++) {
		assert_string_not_equal(zn_err_name((enum zn_err)i), "?");
		assert_string_not_equal(zn_err_sentence((enum zn_err)i), "?");
	}
	assert_string_equal(zn_err_name(ZN_ERR_TIMEOUT), "TIMEOUT");
	assert_string_equal(zn_err_name((enum zn_err)(ZN_ERR_UNPROVEN + 1)), "?");
	assert_string_equal(zn_err_sentence((enum zn_err)31), "?");
}

static void stored_numbers_of_errors_do_not_change(void **state)
{
	(void)state;
	assert_int_equal(ZN_ERR_OK, 0);
	assert_int_equal(ZN_ERR_MEMORY, 1);
	assert_int_equal(ZN_ERR_TOO_LARGE, 5);
	assert_int_equal(ZN_ERR_BUSY, 10);
	assert_int_equal(ZN_ERR_CANCELLED, 15);
	assert_int_equal(ZN_ERR_DISK_FULL, 17);
	assert_int_equal(ZN_ERR_UNPROVEN, 18);
}

static void a_complaint_is_cut_at_its_maximum(void **state)
{
	(void)state;
	struct {
		struct zn_complaint complaint;
		char behind;
	} place = {.behind = 'x'};
	char text[2 * ZN_COMPLAINT_BYTES_MAX];
	memset(text, 'y', sizeof text);
	text[sizeof text - 1] = '\0';
	assert_false(zn_complain(&place.complaint, "job.json: %s", text));
	assert_int_equal(strlen(place.complaint.text), ZN_COMPLAINT_BYTES_MAX - 1);
	assert_int_equal(place.behind, 'x');
	assert_false(zn_complain(&place.complaint, "samples: %d is not allowed", 0));
	assert_string_equal(place.complaint.text, "samples: 0 is not allowed");
	assert_false(zn_complain(NULL, "nobody listens"));
}

static void an_assertion_stops_the_program_in_every_build(void **state)
{
	(void)state;
	ZN_ASSERT(1 + 1 == 2);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		fclose(stderr);
		signal(SIGABRT, SIG_DFL);
		ZN_ASSERT(1 + 1 == 3);
		_exit(0);
	}
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_a_name_and_a_sentence),
		cmocka_unit_test(stored_numbers_of_errors_do_not_change),
		cmocka_unit_test(a_complaint_is_cut_at_its_maximum),
		cmocka_unit_test(an_assertion_stops_the_program_in_every_build),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
