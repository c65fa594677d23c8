import { dlopen, FFIType, ptr } from "bun:ffi";

/** `CLOCK_THREAD_CPUTIME_ID` of Linux, clock_gettime(2). */
const threadCpuClock = 3;
const library = dlopen("libc.so.6", { clock_gettime: { args: [FFIType.i32, FFIType.ptr], returns: FFIType.i32 } });
const timespec = new BigInt64Array(2);

/** CPU time of this thread in milliseconds: what the work costs, whoever else uses the machine. */
export function threadMs(): number {
  library.symbols.clock_gettime(threadCpuClock, ptr(timespec));
  return Number(timespec[0]) * 1e3 + Number(timespec[1]) / 1e6;
}
