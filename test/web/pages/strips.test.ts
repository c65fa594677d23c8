import { expect, test } from "bun:test";
import { Strips } from "../../../src/web/pages/strips.ts";
import { sellContract } from "../../control/test-control.ts";
import { testWeb } from "../test-web.ts";

const minuteMs = 60_000;

test("a contract whose strip was looked at before its first accepted share is measured from that share on", async () => {
  const { control, clock, deps } = testWeb();
  const { no, version } = sellContract(control);
  const strips = new Strips(deps);
  const kinds = async () => {
    const contract = control.contracts.byNo(no);
    if (contract === null) throw new Error("no contract");
    expect(contract.version).toBe(version);
    return (await strips.of([contract], "page")).get(no)?.map(({ kind }) => kind) ?? [];
  };
  expect((await kinds()).every((kind) => kind === "none")).toBe(true);
  control.contracts.setState([{ contractNo: no, to: "active" }]);
  clock.nowMs += 20 * minuteMs;
  expect((await kinds()).slice(-4)).toContain("delivered");
});
