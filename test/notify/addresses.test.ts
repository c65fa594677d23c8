import { expect, test } from "bun:test";
import { AddressRefused, mayReach, reachableAddress } from "../../src/notify/addresses.ts";

const refused = [
  ...["127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1"],
  ...["192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"],
  ...["::", "::1", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe"],
  ...["64:ff9b::7f00:1", "2002:7f00:1::", "2001::1", "fec0::1", "4000::1", "::127.0.0.1"],
];
test.each(refused)("%s is not reached", (address) => expect(mayReach(address, [])).toBe(false));
test.each(["1.1.1.1", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"])("%s is", (address) => expect(mayReach(address, [])).toBe(true));

test.each([
  ["10.1.2.3", "10.0.0.0/8", true],
  ["::ffff:10.1.2.3", "10.0.0.0/8", true],
  ["10.1.2.3", "10.1.2.3", true],
  ["10.1.2.4", "10.1.2.3", false],
  ["11.1.2.3", "10.0.0.0/8", true],
  ["fd00::5", "fd00::/8", true],
  ["::1", "127.0.0.0/8", false],
  ["::1", "::1", true],
])("%s with the own network %s: %p", (address, network, may) => expect(mayReach(address, [network])).toBe(may));

test("a name is resolved once, and the address that was checked is the one that is used", async () => {
  let asked = 0;
  const rebinding = () => Promise.resolve(asked++ === 0 ? ["93.184.216.34"] : ["127.0.0.1"]);
  expect(await reachableAddress("hook.example", [], rebinding)).toBe("93.184.216.34");
  expect(asked).toBe(1);
  expect(reachableAddress("hook.example", [], rebinding)).rejects.toThrow(AddressRefused);
  expect(await reachableAddress("hook.example", [], () => Promise.resolve(["10.0.0.1", "1.1.1.1"]))).toBe("1.1.1.1");
  expect(await reachableAddress("hook.example", ["10.0.0.0/8"], () => Promise.resolve(["10.0.0.1"]))).toBe("10.0.0.1");
  expect(reachableAddress("127.0.0.1", [], () => Promise.reject(new Error("must not be asked")))).rejects.toThrow("not a public address");
});
