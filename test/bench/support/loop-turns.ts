/**
 * Preloaded into the hub (`bun --preload`), so that the real program is what is measured: the first SIGUSR2 begins to watch the event loop
 * and says so in a line of JSON on stderr, the next one writes the longest turn since, and so on in turns. Idle until then.
 */
const everyMs = 1;

let watching: { lastMs: number; longestMs: number; cpuMs: number; lastCpuMs: number; timer: ReturnType<typeof setTimeout> } | null = null;

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function turn(): void {
  if (watching === null) return;
  const nowMs = performance.now();
  const nowCpuMs = cpuMs();
  const tookMs = nowMs - watching.lastMs;
  if (tookMs > watching.longestMs) {
    watching.longestMs = tookMs;
    watching.cpuMs = nowCpuMs - watching.lastCpuMs;
  }
  watching.lastMs = nowMs;
  watching.lastCpuMs = nowCpuMs;
  watching.timer = setTimeout(turn, everyMs);
}

process.on("SIGUSR2", () => {
  if (watching === null) {
    watching = { lastMs: performance.now(), longestMs: 0, cpuMs: 0, lastCpuMs: cpuMs(), timer: setTimeout(turn, everyMs) };
    process.stderr.write(`${JSON.stringify({ event: "bench.watching" })}\n`);
    return;
  }
  turn();
  clearTimeout(watching.timer);
  process.stderr.write(`${JSON.stringify({ event: "bench.longest-turn", longest_ms: watching.longestMs, cpu_ms: watching.cpuMs })}\n`);
  watching = null;
});

export {};
