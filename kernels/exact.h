/* kernels/exact.h - put before every source of the exact class by the runner.
 *
 * With contraction off and the options that the runner passes, + - * / sqrt and fma are IEEE's on
 * every device that passes the known answers; everything else here is built from them.
 */
#pragma OPENCL FP_CONTRACT OFF
