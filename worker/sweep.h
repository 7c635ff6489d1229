/* worker/sweep.h - output files that the journal knows nothing of.
 *
 * A deal that was only settled, or a program killed between the journal and the file, leaves files
 * behind that nobody will ask for. Done at start, before any deal.
 */
#ifndef ZN_WORKER_SWEEP_H
#define ZN_WORKER_SWEEP_H

#include "io/journal.h"

/** Remove the files <deal>-<chunk> of `folder` that have no row; other names are left alone, and
 *  everything where the journal cannot be read.
 *  Returns: how many were removed. */
uint32_t zn_outputs_sweep(struct zn_journal *journal, const char *folder);

#endif
