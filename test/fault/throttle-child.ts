import { readdirSync, readFileSync } from "node:fs";

/** A part of one core's time, 0 = stopped; or the end. */
export type ThrottleIsTold = { share: number } | "kill";
/** Why the program ended by itself. */
export type ThrottleTells = { ended: string };

const lookEveryMs = 5;
/** What a program that others kept from running may make up for. */
const arrearsMsMax = 1_000;

/** CPU time of all threads of a process, milliseconds. */
function cpuMs(pid: number): number {
  let sumNs = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) sumNs += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
  return sumNs / 1e6;
}

/**
 * `throttle-child.ts LOG SHARE COMMAND…`: runs a program and holds it to a share of a core by SIGSTOP and SIGCONT, measured by the CPU time that it
 * really had, so that it does the same on a busy machine. Linux. What the program says goes to the file LOG.
 */
function run([log = "", first = "1", ...command]: readonly string[]): void {
  const program = Bun.spawn([...command], { stdio: ["ignore", Bun.file(log), Bun.file(log)] });
  let share = Number(first);
  let credit = 0;
  let isStopped = false;
  let lastMs = performance.now();
  let lastCpuMs = 0;
  const look = () => {
    const nowMs = performance.now();
    const usedMs = cpuMs(program.pid);
    credit = Math.min(credit + (nowMs - lastMs) * share - (usedMs - lastCpuMs), arrearsMsMax * share);
    lastMs = nowMs;
    lastCpuMs = usedMs;
    const shouldStop = credit <= 0;
    if (shouldStop === isStopped) return;
    program.kill(shouldStop ? "SIGSTOP" : "SIGCONT");
    isStopped = shouldStop;
  };
  const timer = setInterval(() => {
    if (program.exitCode === null && program.signalCode === null) look();
  }, lookEveryMs);
  const end = (code: number) => {
    clearInterval(timer);
    program.kill("SIGKILL");
    process.exit(code);
  };
  void program.exited.then((code) => {
    process.send?.({ ended: `${command[0]} ended with ${code}` } satisfies ThrottleTells);
    end(1);
  });
  process.on("message", (told: ThrottleIsTold) => {
    if (told === "kill") end(0);
    else share = told.share;
  });
  process.on("disconnect", () => end(0));
}

run(process.argv.slice(2));
