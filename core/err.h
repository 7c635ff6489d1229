/* core/err.h - the second kind of failure: the world failed (I/O, memory, driver, time).
 *
 * One table makes the enum, the names and the sentences. What another side or a person did wrong is
 * not here: rules have refusal enums of their own, people get a struct zn_complaint.
 */
#ifndef ZN_CORE_ERR_H
#define ZN_CORE_ERR_H

/* Values are stored in journals and sent over the runner's pipe: never renumbered. */
#define ZN_ERRS(X)                                                                                 \
	X(OK, 0, "all is well")                                                                    \
	X(MEMORY, 1, "out of memory")                                                              \
	X(IO, 2, "reading or writing failed")                                                      \
	X(NOT_FOUND, 3, "it is not there")                                                         \
	X(EXISTS, 4, "it is there already")                                                        \
	X(TOO_LARGE, 5, "it is larger than its limit")                                             \
	X(TIMEOUT, 6, "it took longer than its limit")                                             \
	X(UNREACHABLE, 7, "the other side cannot be reached")                                      \
	X(CLOSED, 8, "the other side hung up")                                                     \
	X(MALFORMED, 9, "what came is not what was agreed on")                                     \
	X(BUSY, 10, "somebody else holds it")                                                      \
	X(DENIED, 11, "the system does not allow it")                                              \
	X(DEVICE, 12, "the compute device failed")                                                 \
	X(BUILD, 13, "the kernel does not build")                                                  \
	X(CORRUPT, 14, "what is stored is damaged")                                                \
	X(CANCELLED, 15, "it was cancelled")                                                       \
	X(UNSUPPORTED, 16, "this machine cannot do it")                                            \
	X(DISK_FULL, 17, "the disk is full")                                                       \
	X(UNPROVEN, 18, "what came cannot be believed: its proof is missing or wrong")

enum zn_err {
#define X(name, value, sentence) ZN_ERR_##name = value,
	ZN_ERRS(X)
#undef X
};

/** The name ("TIMEOUT") or the sentence of an error; "?" for a number that names none. */
const char *zn_err_name(enum zn_err err);
const char *zn_err_sentence(enum zn_err err);

#define ZN_COMPLAINT_BYTES_MAX 512 /* one sentence for a person; longer ones are cut */

/** The fourth kind: a sentence that names the place and the mend, for the person who erred. */
struct zn_complaint {
	char text[ZN_COMPLAINT_BYTES_MAX];
};

/** Write the sentence, printf-style; cut at the maximum. `complaint` may be NULL. Always false, so
 *  that a checker can `return zn_complain(...)`. */
_Bool zn_complain(struct zn_complaint *complaint, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
