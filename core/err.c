#include "core/err.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

const char *zn_err_name(enum zn_err err)
{
	switch (err) {
#define X(name, value, sentence)                                                                   \
	case ZN_ERR_##name:                                                                        \
		return #name;
		ZN_ERRS(X)
#undef X
	}
	return "?";
}

const char *zn_err_sentence(enum zn_err err)
{
	switch (err) {
#define X(name, value, sentence)                                                                   \
	case ZN_ERR_##name:                                                                        \
		return sentence;
		ZN_ERRS(X)
#undef X
	}
	return "?";
}

bool zn_complain(struct zn_complaint *complaint, const char *format, ...)
{
	if (complaint == NULL)
		return false;
	va_list args;
	va_start(args, format);
	vsnprintf(complaint->text, sizeof complaint->text, format, args);
	va_end(args);
	return false;
}
