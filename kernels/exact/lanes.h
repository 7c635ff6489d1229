/* kernels/exact/lanes.h - the names and types of kernels/exact/math.h for ZN_LANES lanes.
 *
 * Included once for each width, before math.h. zn_sin is the scalar function, zn_sin_x8 the same on a
 * float8: one text makes all of them, so that they cannot differ. (Not zn_sin8, since zn_exp2 would
 * then be two things.)
 */
#undef ZN_N
#undef ZN_F
#undef ZN_I
#undef ZN_U
#undef ZN_AS_F
#undef ZN_AS_I
#undef ZN_AS_U
#undef ZN_FROM_INT
#undef ZN_TO_INT
#undef ZN_TO_UINT
#undef ZN_ALL
#undef ZN_EACH
#undef ZN_EACH_INT
#undef ZN_EACH_UINT
#undef ZN_NAN_EACH
#undef ZN_INF_EACH
#undef ZN_PASTE_
#undef ZN_PASTE
#undef ZN_N_
#undef ZN_N__

#if ZN_LANES == 1
#define ZN_N(name)     name
#define ZN_F           float
#define ZN_I           int
#define ZN_U           uint
#define ZN_AS_F(x)     as_float(x)
#define ZN_AS_I(x)     as_int(x)
#define ZN_AS_U(x)     as_uint(x)
#define ZN_FROM_INT(x) ((float)(x))
#define ZN_TO_INT(x)   ((int)(x))
#define ZN_TO_UINT(x)  ((uint)(x))
#define ZN_ALL(mask)   (mask)
#else
#define ZN_PASTE_(name, lanes) name##lanes
#define ZN_PASTE(name, lanes)  ZN_PASTE_(name, lanes)
#define ZN_N_(name, lanes)     name##_x##lanes
#define ZN_N__(name, lanes)    ZN_N_(name, lanes)
#define ZN_N(name)             ZN_N__(name, ZN_LANES)
#define ZN_F                   ZN_PASTE(float, ZN_LANES)
#define ZN_I                   ZN_PASTE(int, ZN_LANES)
#define ZN_U                   ZN_PASTE(uint, ZN_LANES)
#define ZN_AS_F(x)             ZN_PASTE(as_float, ZN_LANES)(x)
#define ZN_AS_I(x)             ZN_PASTE(as_int, ZN_LANES)(x)
#define ZN_AS_U(x)             ZN_PASTE(as_uint, ZN_LANES)(x)
#define ZN_FROM_INT(x)         ZN_PASTE(convert_float, ZN_LANES)(x)
#define ZN_TO_INT(x)           ZN_PASTE(convert_int, ZN_LANES)(x)
#define ZN_TO_UINT(x)          ZN_PASTE(convert_uint, ZN_LANES)(x)
#define ZN_ALL(mask)           all(mask)
#endif

/* A number in every lane; which of the three types it has matters to overloaded functions. */
#define ZN_EACH(x)      ((ZN_F)(x))
#define ZN_EACH_INT(x)  ((ZN_I)(x))
#define ZN_EACH_UINT(x) ((ZN_U)(x))
#define ZN_NAN_EACH     ZN_AS_F(ZN_EACH_UINT(0x7fc00000u))
#define ZN_INF_EACH     ZN_AS_F(ZN_EACH_UINT(0x7f800000u))
