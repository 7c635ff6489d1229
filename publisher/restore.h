/* publisher/restore.h - a job that was begun before goes on from its journal. */
#ifndef ZN_PUBLISHER_RESTORE_H
#define ZN_PUBLISHER_RESTORE_H

#include "publisher/inside.h"

/** Job directory, journal, plan and settings. */
bool zn_restore_open(struct zn_publisher *publisher, struct zn_complaint *complaint);
/** Deals, accepted chunks and what they add up to; the chunk table and the results are fresh. */
bool zn_restore_deals(struct zn_publisher *publisher, struct zn_complaint *complaint);
/** Read the channels back, and announce again unless that is not needed. False: trouble. */
bool zn_restore_go_on(struct zn_publisher *publisher);

/** start.c */
bool zn_publisher_announce(struct zn_publisher *publisher);

#endif
