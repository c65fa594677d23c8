/** Something that happens again and again, for those who wait for the next one of its kind. */
export class Signal<T> {
  #waiting: { matches: (value: T) => boolean; resolve: (value: T) => void }[] = [];

  emit(value: T): void {
    if (this.#waiting.length === 0) return;
    const due = this.#waiting.filter((one) => one.matches(value));
    this.#waiting = this.#waiting.filter((one) => !due.includes(one));
    for (const one of due) one.resolve(value);
  }

  /** The next value that matches. What was emitted before is past: ask for the state first, or call this before the cause. */
  next(matches: (value: T) => boolean = () => true): Promise<T> {
    return new Promise((resolve) => this.#waiting.push({ matches, resolve }));
  }

  /** Resolves with `read()` as soon as `holds` is true of it: now, or after one of the next values. */
  async until<S>(read: () => S, holds: (state: S) => boolean): Promise<S> {
    if (!holds(read())) await this.next(() => holds(read()));
    return read();
  }
}
