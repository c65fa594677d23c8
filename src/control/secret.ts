const redacted = "<redacted>";

/** A credential that prints as `<redacted>` wherever it may slip into: logs, JSON, template strings, the debugger. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The credential itself; call it only where it goes on the wire or into the database. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return redacted;
  }
}
