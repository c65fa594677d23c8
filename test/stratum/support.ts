import { LineCutter } from "../../src/stratum/v1/lines.ts";

/** What a reader makes of the lines in the chunks, fed one after the other. */
export function readChunks<Message>(chunks: readonly Uint8Array[], read: (bytes: Buffer, start: number, end: number) => Message): Message[] {
  const cutter = new LineCutter(1024 * 1024);
  const messages: Message[] = [];
  for (const chunk of chunks) {
    if (!cutter.push(chunk, (bytes, start, end) => messages.push(read(bytes, start, end)))) throw new Error("line too long");
  }
  return messages;
}

/** One line, placed in the middle of a larger buffer, so that a reader that looks past its ends is found out. */
export function readLine<Message>(line: string | Uint8Array, read: (bytes: Buffer, start: number, end: number) => Message): Message {
  const bytes = Buffer.from(line as string);
  const around = Buffer.concat([Buffer.from('"x":1}]'), bytes, Buffer.from('"}]1')]);
  return read(around, 7, 7 + bytes.length);
}

export function textOf(bytes: Buffer, start: number, end: number): string {
  return bytes.toString("latin1", start, end);
}

/** Stand-ins for what only a hub can fill into a transcript. */
export function filled(line: string): string {
  return line.replaceAll("$JOB", "0000a1b2").replaceAll("$E2", "010203").replaceAll("$NTIME", "6625406b");
}
