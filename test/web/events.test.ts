import { expect, test } from "bun:test";
import fc from "fast-check";
import { eventModel } from "../../src/web/models.ts";
import { sseFrame } from "../../src/web/sse.ts";
import { expectFits } from "./fits.ts";
import { type TestWeb, testWeb } from "./test-web.ts";

const note = (web: TestWeb, text: string) => web.control.events.append({ type: "test.note", subjectKind: "hub", subjectId: null, text });

test("the feed goes on where the last page ended", async () => {
  const web = testWeb();
  note(web, "one");
  note(web, "two");
  const first = await web.get("/events?limit=1");
  expectFits(eventModel, first.json["data"][0]);
  expect(first.json["data"][0]["text"]).toBe("one");
  const second = await web.get(`/events?after=${first.json["page"]["next"]}`);
  expect(second.json["data"].map(({ text }: { text: string }) => text)).toEqual(["two"]);
  const empty = await web.get(`/events?after=${second.json["page"]["next"]}`);
  expect(empty.json).toEqual({ data: [], page: { next: second.json["page"]["next"] } });
  expect((await web.get(`/events?after=evt_${"0".repeat(26)}`)).status).toBe(422);
});

test("an empty cursor is the beginning, and what an empty feed gives back leads there", async () => {
  const web = testWeb();
  expect((await web.get("/events?after=")).json).toEqual({ data: [], page: { next: null } });
  note(web, "one");
  expect((await web.get("/events?after=")).json["data"].map(({ text }: { text: string }) => text)).toEqual(["one"]);
});

test("a waiting poll is answered by the next event, not by the end of its time", async () => {
  const web = testWeb();
  note(web, "old");
  const polled = web.get("/events?after=latest&wait=30");
  await new Promise((done) => setTimeout(done, 5));
  note(web, "new");
  expect((await polled).json["data"].map(({ text }: { text: string }) => text)).toEqual(["new"]);
});

/** Reads a stream until `count` events are in. */
async function readEvents(response: Response, count: number): Promise<{ id: string; event: string; data: { text: string } }[]> {
  const found: { id: string; event: string; data: { text: string } }[] = [];
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let held = "";
  while (reader !== undefined && found.length < count) {
    const { value, done } = await reader.read();
    if (done) break;
    held += decoder.decode(value, { stream: true });
    const frames = held.split("\n\n");
    held = frames.pop() ?? "";
    for (const frame of frames) {
      const fields = Object.fromEntries(frame.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
      if (fields["data"] !== undefined) found.push({ id: fields["id"] ?? "", event: fields["event"] ?? "", data: JSON.parse(fields["data"]) });
    }
  }
  await reader?.cancel();
  return found;
}

test("the stream tells what was and what comes, and resumes after Last-Event-ID", async () => {
  const web = testWeb();
  note(web, "one");
  const headers = { accept: "text/event-stream" };
  const response = await web.send("/api/v1/events", { headers });
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const reading = readEvents(response, 2);
  await new Promise((done) => setTimeout(done, 5));
  note(web, "two\nid: forged");
  const [one, two] = await reading;
  expect([one?.data.text, one?.event, two?.data.text]).toEqual(["one", "test.note", "two\nid: forged"]);
  const resumed = await web.send("/api/v1/events", { headers: { ...headers, "last-event-id": one?.id ?? "" } });
  expect((await readEvents(resumed, 1)).map(({ id }) => id)).toEqual([two?.id ?? ""]);
  expect((await web.get("/events", { headers: { ...headers, "last-event-id": "nonsense" } })).status).toBe(422);
});

test("the stream ends when its token is revoked", async () => {
  const web = testWeb();
  const bearer = web.token("events:read");
  const response = await web.send("/api/v1/events", { token: bearer, headers: { accept: "text/event-stream" } });
  const reading = response.text();
  const token = web.control.tokens.all().find(({ scopes }) => scopes.includes("events:read"));
  web.control.tokens.remove(token?.id ?? "", null);
  note(web, "a secret");
  expect(await reading).not.toContain("a secret");
});

test("HEAD of the stream answers and ends", async () => {
  const web = testWeb();
  const response = await web.send("/api/v1/events", { method: "HEAD", headers: { accept: "text/event-stream" } });
  expect([response.status, await response.text()]).toEqual([200, ""]);
});

test("streams end when the server stops, and their places become free", async () => {
  const web = testWeb();
  const response = await web.send("/api/v1/events?after=latest", { headers: { accept: "text/event-stream" } });
  const text = response.text();
  await new Promise((done) => setTimeout(done, 5));
  web.release();
  expect(await text).toBe(":\n\n");
});

test("a frame carries any text without growing fields", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", ":", "\n", "\r", " ", "id: x", "event: y") }), (data) => {
      const frame = sseFrame({ id: "1", event: "e", data });
      expect(frame.endsWith("\n\n")).toBe(true);
      const lines = frame.slice(0, -2).split("\n");
      expect(lines.slice(0, 2)).toEqual(["id: 1", "event: e"]);
      expect(lines.slice(2).every((line) => line.startsWith("data: "))).toBe(true);
      const carried = lines
        .slice(2)
        .map((line) => line.slice(6))
        .join("\n");
      expect(carried).toBe(data.replace(/\r\n|\r/g, "\n"));
    }),
  );
});
