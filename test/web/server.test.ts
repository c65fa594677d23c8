import { afterAll, expect, test } from "bun:test";
import { startWeb } from "../../src/web/server.ts";
import { testWeb } from "./test-web.ts";

const web = testWeb();
const running = await startWeb(web.deps);
const base = `http://127.0.0.1:${running.address.port}`;
afterAll(() => running.stop());
const authorization = `Bearer ${web.admin}`;

test("port 0 gives a real port, and a request over it answers like one in process", async () => {
  expect(running.address.port).toBeGreaterThan(0);
  const answer = await fetch(`${base}/api/v1/whoami`, { headers: { authorization } });
  expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ name: "t-admin" })]);
  expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
});

test("refusals hold on the wire as well: no token, unknown path, unknown method", async () => {
  expect((await fetch(`${base}/api/v1/pools`, { method: "POST", body: "{bad" })).status).toBe(401);
  expect((await fetch(`${base}/api/v1/nonsense`)).status).toBe(401);
  expect((await fetch(`${base}/api/v1/pools`, { method: "PUT", headers: { authorization } })).status).toBe(405);
  expect(
    (await fetch(`${base}/api/v1/pools`, { method: "POST", headers: { authorization, "idempotency-key": "1" }, body: "x".repeat(1_050_000) })).status,
  ).toBe(413);
});

test("a file of rigs may be larger than any other body, up to its own limit", async () => {
  const headers = { authorization, "content-type": "text/csv" };
  const send = async (bytes: number) => {
    // One long line is refused for what it says; how much of it there may be is asked before that.
    const answer = await fetch(`${base}/api/v1/imports/rigs`, { method: "POST", headers, body: `name\n${"x".repeat(bytes)}` });
    return [answer.status, ((await answer.json()) as { detail?: string }).detail ?? ""] as const;
  };
  expect((await send(2_000_000))[0]).not.toBe(413);
  expect(await send(4_050_000)).toEqual([413, "a file of rigs may have at most 4000000 bytes"]);
});

test("a body that is too large by far is refused in words, whether it says how long it is or not", async () => {
  const megabyte = new Uint8Array(1_000_000).fill(32);
  const chunked = () => {
    let left = 10;
    return new ReadableStream({ pull: (controller) => (left-- > 0 ? controller.enqueue(megabyte) : controller.close()) });
  };
  const headers = { authorization, "idempotency-key": "large", "content-type": "application/json" };
  for (const body of [Buffer.concat(Array.from({ length: 10 }, () => megabyte)), chunked()]) {
    const answer = await fetch(`${base}/api/v1/pools`, { method: "POST", headers, body });
    expect([answer.status, await answer.json()]).toEqual([413, expect.objectContaining({ type: "/problems/body-too-large" })]);
  }
  const form = { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" };
  expect((await fetch(`${base}/login`, { method: "POST", headers: form, body: chunked() })).status).toBe(413);
});

test("a live stream tells of an event, and ends when the server stops", async () => {
  const other = testWeb();
  const own = await startWeb(other.deps);
  const stream = await fetch(`http://127.0.0.1:${own.address.port}/api/v1/events?after=latest`, {
    headers: { authorization: `Bearer ${other.admin}`, accept: "text/event-stream" },
  });
  const reader = stream.body?.getReader();
  await reader?.read();
  other.control.events.append({ type: "test.note", subjectKind: "hub", subjectId: null, text: "hello" });
  const chunk = await reader?.read();
  expect(new TextDecoder().decode(chunk?.value)).toContain("event: test.note");
  await own.stop();
  const end = await reader?.read().catch(() => ({ done: true }));
  expect(end?.done).toBe(true);
});

test("a taken port is an error", async () => {
  const config = { ...web.deps.config, http: { host: "127.0.0.1", port: running.address.port } };
  await expect(startWeb({ ...web.deps, config })).rejects.toThrow();
});

test("a Host header that is none is refused, and shows nothing of how the hub is made", async () => {
  for (const host of ["a b<>", "[::", "x y"]) {
    const heard = Promise.withResolvers<string>();
    let text = "";
    const socket = await Bun.connect({
      hostname: "127.0.0.1",
      port: running.address.port,
      socket: {
        data(_socket, bytes) {
          text += bytes.toString();
        },
        close: () => heard.resolve(text),
      },
    });
    socket.write(`GET /rigs HTTP/1.1\r\nHost: ${host}\r\nAccept: text/html\r\nConnection: close\r\n\r\n`);
    const answer = await heard.promise;
    expect([answer.split("\r\n")[0], answer.split("\r\n\r\n")[1]]).toEqual(["HTTP/1.1 400 Bad Request", "the Host header is no host\n"]);
  }
});
