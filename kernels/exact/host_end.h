/* kernels/exact/host_end.h - the end of what kernels/exact/host.h began. */
#undef uchar
#undef uint
#undef ulong
#undef fma
#undef sqrt
#undef floor
#undef rint
#undef fabs
#undef as_int
#undef as_uint
