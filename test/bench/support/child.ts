/** A message with its answer's number; the children of a bench speak these over Bun's IPC. */
export type Call = { no: number; command: string; values: Record<string, unknown> };
type Answer = { no: number; value?: unknown; error?: string };

/** Another process of this bench, held to one core where `taskset` is there to do that. */
export class Child {
  readonly #process: Bun.Subprocess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastNo = 0;

  constructor(program: string, args: readonly string[], core: number) {
    this.#process = Bun.spawn([...pinnedTo(core), process.execPath, `${import.meta.dir}/${program}`, ...args], {
      stdio: ["ignore", "inherit", "inherit"],
      ipc: (answer: Answer) => {
        this.#waiting.get(answer.no)?.(answer);
        this.#waiting.delete(answer.no);
      },
    });
    void this.#process.exited.then((code) => {
      for (const answer of this.#waiting.values()) answer({ no: 0, error: `${program} ended with code ${code}` });
    });
  }

  /** Asks the child to do something; resolves with its answer, rejects with its error. */
  async call<T>(command: string, values: Record<string, unknown> = {}): Promise<T> {
    this.#lastNo += 1;
    const call: Call = { no: this.#lastNo, command, values };
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(call.no, resolve);
      this.#process.send(call);
    });
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value as T;
  }

  async stop(): Promise<void> {
    this.#process.kill();
    await this.#process.exited;
  }
}

/** The words before a command that hold it to one core; none on a machine without `taskset` or with a single core. */
export function pinnedTo(core: number): string[] {
  const canPin = Bun.which("taskset") !== null && navigator.hardwareConcurrency > 1;
  return canPin ? ["taskset", "-c", String(core)] : [];
}

/** Holds this process, its threads and what it starts from now on to one core; false where that cannot be done. */
export function pinSelf(core: number): boolean {
  return pinnedTo(core).length > 0 && Bun.spawnSync(["taskset", "-acp", String(core), String(process.pid)]).success;
}

/** The child's side: answers each call by the function of that name. */
export function answerCalls(commands: Readonly<Record<string, (values: Record<string, unknown>) => unknown>>): void {
  process.on("message", async ({ no, command, values }: Call) => {
    try {
      process.send?.({ no, value: (await commands[command]?.(values)) ?? null });
    } catch (error) {
      process.send?.({ no, error: `${command}: ${error instanceof Error ? error.message : String(error)}` });
    }
  });
}
