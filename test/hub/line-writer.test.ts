import { expect, test } from "bun:test";
import { flushWriters, GatheringWriter, LineWriter } from "../../src/hub/line-writer.ts";
import { seeded } from "../support/seeded.ts";

/** A socket that takes `room` bytes more, and never more than that. */
class NarrowSink {
  taken = "";
  room: number;
  terminated = 0;

  constructor(room: number) {
    this.room = room;
  }

  write(data: string | Uint8Array): number {
    const bytes = Buffer.from(data as string);
    const part = bytes.subarray(0, Math.min(this.room, bytes.length));
    this.room -= part.length;
    this.taken += part.toString("latin1");
    return part.length;
  }

  terminate(): void {
    this.terminated++;
  }
}

test("whatever a socket takes at a time, all lines come out whole and in order", () => {
  const random = seeded(7);
  for (let round = 0; round < 200; round++) {
    const sink = new NarrowSink(Math.floor(random() * 40));
    const writer = new LineWriter(sink, 10_000);
    let said = "";
    for (let line = 0; line < 20; line++) {
      const text = `${line}${"x".repeat(Math.floor(random() * 20))}\n`;
      said += text;
      if (random() < 0.5) writer.queue(text);
      else writer.send(Buffer.from(text));
      if (random() < 0.3) flushWriters();
      sink.room += Math.floor(random() * 30);
      if (random() < 0.3) writer.drain();
    }
    flushWriters();
    expect(sink.taken.length + writer.unsentBytes).toBe(said.length);
    sink.room = said.length;
    writer.drain();
    expect(sink.taken).toBe(said);
    expect(writer.unsentBytes).toBe(0);
  }
});

test("one byte more than may wait ends the connection, once", () => {
  const sink = new NarrowSink(0);
  const writer = new LineWriter(sink, 100);
  writer.send(Buffer.alloc(60, 65));
  writer.send(Buffer.alloc(40, 66));
  expect([sink.terminated, writer.overflowed, writer.unsentBytes]).toEqual([0, false, 100]);
  writer.send(Buffer.of(67));
  writer.send(Buffer.of(68));
  expect([sink.terminated, writer.overflowed, writer.closed, writer.unsentBytes]).toEqual([1, true, true, 0]);
});

test("who reads slowly but reads is not deaf; who reads nothing is", () => {
  const sink = new NarrowSink(0);
  const writer = new LineWriter(sink, 1_000);
  writer.send(Buffer.alloc(100, 65));
  expect(writer.unsentForMs(1_000)).toBe(0);
  expect(writer.unsentForMs(50_000)).toBe(49_000);
  sink.room = 10;
  writer.drain();
  expect(writer.unsentBytes).toBe(90);
  expect(writer.unsentForMs(61_000)).toBe(0);
  writer.drain();
  expect(writer.unsentForMs(121_500)).toBe(60_500);
});

test("a socket that is closed under the writer loses nothing but its own lines", () => {
  const gone = new LineWriter({ write: () => -1, terminate: () => {} }, 100);
  const sink = new NarrowSink(100);
  const other = new LineWriter(sink, 100);
  gone.queue("a\n");
  other.queue("b\n");
  gone.close();
  flushWriters();
  expect(sink.taken).toBe("b\n");
});

test("gathered bytes may be written over after the turn: what did not fit was copied", () => {
  const sink = new NarrowSink(3);
  const writer = new GatheringWriter(sink, 1_000);
  const scratch = Buffer.from("first submit\n");
  writer.queue("authorize\n");
  writer.gather(() => scratch, 1);
  flushWriters();
  scratch.fill(0);
  sink.room = 1_000;
  writer.drain();
  expect(sink.taken).toBe("authorize\nfirst submit\n");
});

test("what is gathered within a millisecond goes in one write, however many turns of the event loop there are in it", async () => {
  const writes: string[] = [];
  const sink = {
    write: (data: string | Uint8Array) => writes.push(typeof data === "string" ? data : Buffer.from(data).toString()) && data.length,
    terminate: () => {},
  };
  const writer = new GatheringWriter(sink, 1_000);
  let waiting = "";
  const add = (line: string, nowMs: number) => {
    waiting += line;
    writer.gather(() => {
      const lines = Buffer.from(waiting);
      waiting = "";
      return lines;
    }, nowMs);
    flushWriters();
  };
  add("a", 1);
  add("b", 1);
  add("c", 1);
  expect(writes).toEqual(["a"]);
  add("d", 2);
  expect(writes).toEqual(["a", "bcd"]);
  add("e", 2);
  while (writes.length < 3) await new Promise(setImmediate);
  expect(writes).toEqual(["a", "bcd", "e"]);
});
