import { expect, test } from "bun:test";
import { compressed } from "../../src/web/compressed.ts";

const asked = (encodings: string) => new Request("http://localhost/", { headers: { "accept-encoding": encodings } });
const page = (text: string, type = "text/html; charset=utf-8") => new Response(text, { status: 422, headers: { "content-type": type, "x-kept": "yes" } });
const long = "<p>rig</p>".repeat(1_000);

test("a page comes compressed to a browser that can read that, with its status and headers", async () => {
  const answer = await compressed(asked("br, gzip"), page(long));
  const { status, headers } = answer;
  expect([status, headers.get("content-encoding"), headers.get("vary"), headers.get("x-kept")]).toEqual([422, "gzip", "accept-encoding", "yes"]);
  const bytes = await answer.arrayBuffer();
  expect(bytes.byteLength).toBeLessThan(long.length / 10);
  expect(new TextDecoder().decode(Bun.gunzipSync(bytes))).toBe(long);
});

test("what is short, is no page, or goes to who cannot read it comes as it is", async () => {
  const cases: [encodings: string, answer: Response, text: string][] = [
    ["gzip", page("short"), "short"],
    ["gzip", page(long, "text/event-stream"), long],
    ["identity", page(long), long],
  ];
  for (const [encodings, answer, text] of cases) {
    const given = await compressed(asked(encodings), answer);
    expect([given.headers.get("content-encoding"), await given.text()]).toEqual([null, text]);
  }
});
