/* io/system_err.c - what an errno of the system means in our table. */
#include "io/system_err.h"

#include <errno.h>

enum zn_err zn_err_of_errno(int number)
{
	switch (number) {
	case 0:
		return ZN_ERR_OK;
	case ENOMEM:
	case ENFILE:
	case EMFILE:
		return ZN_ERR_MEMORY;
	case ENOENT:
	case ENOTDIR:
		return ZN_ERR_NOT_FOUND;
	case EEXIST:
		return ZN_ERR_EXISTS;
	case EACCES:
	case EPERM:
	case EROFS:
		return ZN_ERR_DENIED;
	case ENOSPC:
	case EDQUOT:
		return ZN_ERR_DISK_FULL;
	case EFBIG:
	case ENAMETOOLONG:
		return ZN_ERR_TOO_LARGE;
	case EADDRINUSE:
	case EBUSY:
		return ZN_ERR_BUSY;
	case ETIMEDOUT:
		return ZN_ERR_TIMEOUT;
	default:
		return ZN_ERR_IO;
	}
}
