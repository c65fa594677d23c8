import { expect, test } from "bun:test";
import { must, testControl } from "./test-control.ts";

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const message = (subject: string) => ({ type: "x.y", atMs: 0, subject, text: "", data: {} });

test("the queue is bounded: the oldest give way, and of what is over the last 200 are kept", () => {
  const { control, clock } = testControl();
  const { no } = must(control.channels.create({ name: "a", target: { kind: "webhook", url: "https://x.example/" }, secret }));
  for (let count = 0; count < 510; count++) control.deliveries.add([no], message(`m${count}`));
  expect(control.deliveries.waiting()).toBe(500);
  expect(control.deliveries.due(clock.nowMs, 1)[0]?.message.subject).toBe("m10");
  for (const delivery of control.deliveries.due(clock.nowMs, 300)) control.deliveries.settle(delivery.no, { ok: true });
  control.deliveries.add([no], message("last"));
  expect(control.deliveries.waiting()).toBe(201);
  expect(control.deliveries.ofChannel(no, 1_000)).toHaveLength(401);
});

test("what waits for a removed channel is given up", () => {
  const { control, clock } = testControl();
  const channel = must(control.channels.create({ name: "a", target: { kind: "webhook", url: "https://x.example/" }, secret }));
  control.deliveries.add([channel.no], message("m"));
  must(control.channels.remove(channel.id, 1));
  expect(control.deliveries.due(clock.nowMs, 9)).toEqual([]);
  expect(control.deliveries.ofChannel(channel.no, 9)).toMatchObject([{ state: "failed", fault: "the channel was removed" }]);
});
