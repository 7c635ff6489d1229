/* tests/flow/worker_care.c - a worker that keeps its owner's limits: on heat, and on its share of the time.
 * The worker's room on the test's own loop, a real runner, a recorded /sys whose values the test changes.
 */
#include "tests/flow/worker_buyer.h"
#include "tests/unit/sys_tree.h"

#include "io/clock.h"
#include "worker/worker.h"

#include <stdlib.h>

static struct node_harness node;
static struct buyer buyer;
static struct zn_worker *worker;
static struct zn_worker_options options;
static char home[64], sys_root[PATH_MAX];
static char lines[1 << 16], status[4096], failure[512];
static bool ended;

static void on_line(void *user, const char *line)
{
	(void)user;
	if (strlen(lines) + strlen(line) + 2 < sizeof lines)
		strcat(strcat(lines, line), "\n");
}

static void on_status(void *user, const char *json)
{
	(void)user;
	snprintf(status, sizeof status, "%s", json);
}

static void on_ended(void *user, const char *why)
{
	(void)user;
	ended = true;
	snprintf(failure, sizeof failure, "%s", why != NULL ? why : "");
}

static int set_up(void **state)
{
	(void)state;
	lines[0] = status[0] = failure[0] = '\0';
	ended = false;
	strcpy(home, "/tmp/zennet-care-XXXXXX");
	assert_non_null(mkdtemp(home));
	assert_true(zn_path_make(sys_root, "%s/sys", home));
	assert_int_equal(setenv("ZENNET_HOME", home, 1), 0);
	harness_start(&node);
	options = (struct zn_worker_options){.ledger_url = node.url,
		.home = home,
		.device = -1,
		.rate_per_hour = {UINT64_C(10000000000)}, /* else fees are more than pay */
		.margin_percent = 20,
		.window_s = 10,
		.once = true,
		.allow_private = true,
		.sys_root = sys_root,
		.handlers = {.say = on_line, .status = on_status, .ended = on_ended}};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	zn_worker_destroy(worker);
	worker = NULL;
	if (buyer.node != NULL)
		buyer_finish(&buyer);
	memset(&buyer, 0, sizeof buyer);
	harness_finish(&node);
	unsetenv("ZENNET_HOME");
	return zn_directory_remove(home) == ZN_ERR_OK ? 0 : -1;
}

static void buy(uint64_t chunks)
{
	const struct buyer_options wanted = {.chunks = chunks, .chunk_items = 2000, .rounds = 3000};
	buyer_start(&buyer, &node, &wanted);
}

static void start(void)
{
	assert_int_equal(zn_worker_create(&worker, node.loop, &options), ZN_ERR_OK);
}

static void set_heat(const char *milli)
{
	sys_put(sys_root, "class/hwmon/hwmon3/temp1_input", milli);
	sys_put(sys_root, "class/hwmon/hwmon3/temp2_input", milli);
	sys_put(sys_root, "class/hwmon/hwmon4/temp1_input", milli);
}

static void on_poll(void *user)
{
	zn_loop_stop(user);
}

static void run_for(uint64_t ms)
{
	struct zn_timer timer = {0};
	zn_timer_start(&timer, node.loop, ms, on_poll, node.loop);
	assert_int_equal(zn_loop_run(node.loop), ZN_ERR_OK);
	zn_timer_stop(&timer);
}

static void run_until(bool (*met)(void), const char *what)
{
	uint64_t end_ns = zn_clock_monotonic_ns() + UINT64_C(120000000000);
	while (!met()) {
		if (zn_clock_monotonic_ns() > end_ns)
			fail_msg("waited in vain for %s; it said:\n%s%s", what, lines, failure);
		run_for(10);
	}
}

static bool is_resting(void)
{
	return strstr(status, "too hot") != NULL;
}

static bool is_going_on(void)
{
	return strstr(status, "too hot") == NULL;
}

static bool some_accepted(void)
{
	return buyer.accepted >= 3;
}

static bool has_ended(void)
{
	return ended;
}

static void a_worker_that_is_too_hot_rests_until_it_is_cool(void **state)
{
	(void)state;
	sys_make(sys_root, "server"); /* 74 degrees */
	options.temperature_c_max = 60;
	buy(30);
	start();
	run_until(is_resting, "the first rest");
	assert_int_equal(buyer.accepted, 0);
	set_heat("56000"); /* not yet cool enough */
	run_for(2500);
	assert_true(is_resting());
	assert_non_null(strstr(lines, "too hot: 74 C, the limit is 60; it goes on at 55"));
	set_heat("50000");
	run_until(some_accepted, "work");
	set_heat("61000");
	run_until(is_resting, "the second rest");
	assert_non_null(strstr(status, "\"stage\":\"paused\""));
	run_for(500); /* what was on its way is delivered */
	uint64_t accepted = buyer.accepted;
	run_for(1000);
	assert_int_equal(buyer.accepted, accepted);
	set_heat("55000");
	run_until(is_going_on, "going on");
	run_until(has_ended, "the end");
	assert_string_equal(failure, "");
	assert_int_equal(buyer.accepted, 30);
	assert_int_equal(buyer.wrong, 0);
}

static void a_limit_that_cannot_be_read_here_is_refused(void **state)
{
	(void)state;
	assert_int_equal(zn_directory_make(sys_root), ZN_ERR_OK);
	options.power_w_max = 100;
	start();
	run_until(has_ended, "the end");
	assert_string_equal(failure,
		"--power-max cannot be kept: no power reading is to be had here: the system shows "
		"none; leave it out");
}

static void half_of_the_time_is_half_of_the_rate_at_the_same_price(void **state)
{
	(void)state;
	options.duty_percent = 50;
	buy(10);
	start();
	run_until(has_ended, "the end");
	assert_string_equal(failure, "");
	assert_int_equal(buyer.accepted, 10);
	assert_int_equal(buyer.wrong, 0);
	assert_non_null(strstr(status, "\"duty_percent\":50"));
	/* A price is for an hour of work, so an hour by the clock is agreed at half the rate and a
	   fifth more: 60 XEN. */
	assert_non_null(strstr(lines, "asked 60 XEN per hour") != NULL
				? lines
				: strstr(lines, "asked 59.99"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_worker_that_is_too_hot_rests_until_it_is_cool,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_limit_that_cannot_be_read_here_is_refused, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			half_of_the_time_is_half_of_the_rate_at_the_same_price, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
