import { readFileSync } from "node:fs";

/** Linux counts CPU in ticks of 10 ms for user space on every architecture that we run on. */
const microsecondsPerTick = 10_000;

/** CPU of all threads of a process since its start, user and system, in microseconds. Throws when the process is gone. */
export function cpuMicroseconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name of the program may hold spaces; utime and stime are the 12th and 13th fields behind it (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * microsecondsPerTick;
}

/** Resident memory of a process in bytes. Throws when the process is gone. */
export function residentBytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(line?.[1]) * 1024;
}
