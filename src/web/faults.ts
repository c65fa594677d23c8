import { type FieldError, Problem } from "./problems.ts";

const isOfFields = (error: unknown): error is Problem => error instanceof Problem && error.errors.some(({ pointer }) => pointer !== "");

/** What is wrong with one request, gathered piece by piece, so that all of it is told at once. */
export class Faults {
  private readonly errors: FieldError[] = [];
  private readonly following: string[] = [];

  /**
   * What `act` reads; undefined where it names fields at fault, which are kept. `follows` = fields, by their path, of which the change
   * would complain only because this one could not be read.
   */
  read<T>(act: () => T, follows: readonly string[] = []): T | undefined {
    try {
      return act();
    } catch (error) {
      if (!isOfFields(error)) throw error;
      this.errors.push(...error.errors);
      this.following.push(...follows.map((field) => `/${field}`));
      return undefined;
    }
  }

  get any(): boolean {
    return this.errors.length > 0;
  }

  /** Keeps what is wrong with one field. */
  note(field: string, rule: string): void {
    this.errors.push({ pointer: `/${field}`, detail: rule });
  }

  /** Carries out the change with what could be read. Run it in a transaction: where a piece is at fault, what this throws undoes the rest. */
  settle<T>(act: () => T): T {
    try {
      const made = act();
      if (this.errors.length === 0) return made;
    } catch (error) {
      if (!(error instanceof Problem) || this.errors.length === 0) throw error;
      this.add(error.errors);
    }
    const [first] = this.errors;
    throw new Problem("invalid", `${first?.pointer.slice(1)}: ${first?.detail}`, { errors: this.errors });
  }

  private add(errors: readonly FieldError[]): void {
    const isUnder = (pointer: string, field: string) => pointer === field || pointer.startsWith(`${field}/`);
    const isTold = (pointer: string) => this.errors.some((known) => known.pointer === pointer) || this.following.some((field) => isUnder(pointer, field));
    this.errors.push(...errors.filter(({ pointer }) => pointer !== "" && !isTold(pointer)));
  }
}
