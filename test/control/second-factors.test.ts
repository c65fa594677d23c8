import { expect, test } from "bun:test";
import { Secret as OtpSecret, TOTP } from "otpauth";
import { openControl } from "../../src/control/control.ts";
import { silentLog } from "../../src/log.ts";

async function enrolled() {
  const clock = { nowMs: 1_700_000_000_000 };
  const control = openControl(":memory:", { now: () => clock.nowMs, log: silentLog });
  const added = await control.users.add({ email: "kari@farm.example", role: "owner", password: "correct horse battery" });
  if (!added.ok) throw new Error(added.rule);
  const begun = control.secondFactors.begin(added.value);
  if (!begun.ok) throw new Error(begun.rule);
  const totp = new TOTP({ secret: OtpSecret.fromBase32(begun.value.secret.reveal()) });
  const codeAt = (aheadMs: number) => totp.generate({ timestamp: clock.nowMs + aheadMs });
  const confirmed = control.secondFactors.confirm(added.value, codeAt(0));
  if (!confirmed.ok) throw new Error(confirmed.rule);
  return { clock, control, user: added.value, codes: confirmed.value, codeAt, uri: begun.value.uri.reveal() };
}

test("nothing is on before a first right code", async () => {
  const { control, user, uri } = await enrolled();
  expect(uri).toContain("otpauth://totp/stratum-hub");
  control.secondFactors.disable(user);
  control.secondFactors.begin(user);
  expect(control.secondFactors.isOn(user.no)).toBe(false);
  expect(control.secondFactors.confirm(user, "000000x")).toMatchObject({ ok: false, field: "code" });
  expect(control.secondFactors.isOn(user.no)).toBe(false);
});

test("a code is good once, half a minute around its time, and never before one that was taken", async () => {
  const { clock, control, user, codeAt } = await enrolled();
  const taken = codeAt(0);
  expect(control.secondFactors.check(user, taken)).toBe(false);
  expect(control.secondFactors.check(user, codeAt(30_000))).toBe(true);
  expect(control.secondFactors.check(user, codeAt(30_000))).toBe(false);
  clock.nowMs += 300_000;
  expect(control.secondFactors.check(user, codeAt(-90_000))).toBe(false);
  expect(control.secondFactors.check(user, codeAt(-30_000))).toBe(true);
});

test("each recovery code is good once, however it is typed; turning off forgets them", async () => {
  const { control, user, codes } = await enrolled();
  const [first = "", second = ""] = codes;
  expect(new Set(codes).size).toBe(10);
  expect(control.secondFactors.check(user, ` ${first.toUpperCase().replace("-", " ")}`)).toBe(true);
  expect(control.secondFactors.check(user, first)).toBe(false);
  control.secondFactors.disable(user);
  expect(control.secondFactors.check(user, second)).toBe(false);
});
