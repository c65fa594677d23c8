import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readProxyHeader } from "../../src/stratum/proxy-protocol.ts";

const signature = Buffer.from("0d0a0d0a000d0a515549540a", "hex");
const text = (header: string) => Buffer.from(header);
function binary(command: number, family: number, payload: Uint8Array): Buffer {
  return Buffer.concat([signature, Buffer.from([command, family, payload.length >> 8, payload.length & 255]), payload]);
}
const v4 = Buffer.from([10, 1, 2, 3, 192, 0, 2, 1, 0x1f, 0x90, 0x0d, 0x05]);
const v6 = Buffer.concat([Buffer.from("20010db8000000000000000000000001", "hex"), Buffer.alloc(16), Buffer.from([0x1f, 0x90, 0x0d, 0x05])]);

describe("a PROXY header", () => {
  const good: [string, Buffer, { address: string; port: number } | null][] = [
    ["version 1, IPv4", text("PROXY TCP4 10.1.2.3 192.0.2.1 8080 3333\r\n"), { address: "10.1.2.3", port: 8080 }],
    ["version 1, IPv6", text("PROXY TCP6 2001:DB8::1 ::1 8080 3333\r\n"), { address: "2001:db8::1", port: 8080 }],
    ["version 1, IPv6 with a dotted tail", text("PROXY TCP6 ::ffff:10.0.0.1 ::1 8080 3333\r\n"), { address: "::ffff:10.0.0.1", port: 8080 }],
    ["version 1, all eight groups", text("PROXY TCP6 1:2:3:4:5:6:7:8 ::1 1 2\r\n"), { address: "1:2:3:4:5:6:7:8", port: 1 }],
    ["version 1, unknown", text("PROXY UNKNOWN\r\n"), null],
    ["version 1, unknown with addresses", text("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n"), null],
    ["version 2, IPv4", binary(0x21, 0x11, v4), { address: "10.1.2.3", port: 8080 }],
    ["version 2, IPv4 with extensions", binary(0x21, 0x11, Buffer.concat([v4, Buffer.alloc(40)])), { address: "10.1.2.3", port: 8080 }],
    ["version 2, IPv6", binary(0x21, 0x21, v6), { address: "2001:db8::1", port: 8080 }],
    ["version 2, IPv6 of zeros", binary(0x21, 0x21, Buffer.alloc(36)), { address: "::", port: 0 }],
    ["version 2, the balancer's own check", binary(0x20, 0x00, Buffer.alloc(0)), null],
    ["version 2, a unix socket", binary(0x21, 0x31, Buffer.alloc(216)), null],
    ["version 2, unspecified", binary(0x21, 0x00, Buffer.alloc(4)), null],
  ];
  for (const [what, header, source] of good) {
    test(`${what}: whole, followed by the rig's bytes, and in every cut`, () => {
      expect(readProxyHeader(Buffer.concat([header, text('{"id":1}\n')]))).toEqual({ kind: "proxy", source, headerBytes: header.length });
      for (let length = 0; length < header.length; length++) expect(readProxyHeader(header.subarray(0, length))).toEqual({ kind: "need-more" });
      expect(readProxyHeader(header)).toEqual({ kind: "proxy", source, headerBytes: header.length });
    });
  }

  for (const bytes of ['{"id":1}', " {", "PROXX ", "PRO{", "\r\n{", "GET / HTTP/1.1\r\n"]) {
    test(`${JSON.stringify(bytes)} is none`, () => expect(readProxyHeader(text(bytes))).toEqual({ kind: "none" }));
  }
  test("a TLS greeting is none", () => expect(readProxyHeader(Buffer.from("160301", "hex"))).toEqual({ kind: "none" }));

  const wrong: [string, Buffer, RegExp][] = [
    ["no line end in 107 bytes", text(`PROXY TCP4 ${"1".repeat(200)}`), /107 bytes/],
    ["a bare newline", text("PROXY TCP4 10.1.2.3 192.0.2.1 8080 3333\n"), /CR LF/],
    ["another protocol", text("PROXY UDP4 10.1.2.3 192.0.2.1 8080 3333\r\n"), /TCP4/],
    ["a missing port", text("PROXY TCP4 10.1.2.3 192.0.2.1 8080\r\n"), /two ports/],
    ["a port too many", text("PROXY TCP4 10.1.2.3 192.0.2.1 8080 3333 1\r\n"), /two ports/],
    ["a port out of range", text("PROXY TCP4 10.1.2.3 192.0.2.1 99999 3333\r\n"), /ports/],
    ["an address out of range", text("PROXY TCP4 10.1.2.300 192.0.2.1 8080 3333\r\n"), /source address/],
    ["a family that does not fit", text("PROXY TCP4 ::1 ::1 8080 3333\r\n"), /TCP4/],
    ["too many groups", text("PROXY TCP6 1:2:3:4:5:6:7:8:9 ::1 8080 3333\r\n"), /TCP6/],
    ["two gaps", text("PROXY TCP6 1::2::3 ::1 8080 3333\r\n"), /TCP6/],
    ["three colons", text("PROXY TCP6 1:::3 ::1 8080 3333\r\n"), /TCP6/],
    ["version 3", binary(0x31, 0x11, v4), /version must be 2/],
    ["another command", binary(0x22, 0x11, v4), /command/],
    ["too few bytes of IPv4", binary(0x21, 0x11, v4.subarray(1)), /12 bytes/],
    ["too few bytes of IPv6", binary(0x21, 0x21, v6.subarray(1)), /36 bytes/],
    ["too many extensions", binary(0x21, 0x11, Buffer.alloc(5000)), /4096/],
  ];
  for (const [what, header, reason] of wrong) {
    test(`with ${what} is a fault`, () => expect(readProxyHeader(header)).toEqual({ kind: "fault", reason: expect.stringMatching(reason) }));
  }

  test("IPv6 text is the shortest, as every address reads in logs", () => {
    const group = fc.constantFrom(0, 0, 0, 1, 0xabc, 0xffff);
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const payload = Buffer.alloc(36);
        for (const [index, value] of groups.entries()) payload.writeUInt16BE(value, 2 * index);
        const header = readProxyHeader(binary(0x21, 0x21, payload));
        const address = header.kind === "proxy" ? header.source?.address : undefined;
        // The platform's URL parser writes addresses after RFC 5952.
        const long = groups.map((value) => value.toString(16)).join(":");
        expect(`[${address}]`).toBe(new URL(`http://[${long}]/`).hostname);
      }),
      { numRuns: 500 },
    );
  });

  test("no bytes throw", () => {
    fc.assert(
      fc.property(fc.constantFrom(signature, text("PROXY "), text("")), fc.uint8Array({ maxLength: 120 }), (head, rest) => {
        expect(["none", "need-more", "proxy", "fault"]).toContain(readProxyHeader(Buffer.concat([head, rest])).kind);
      }),
      { numRuns: 2000 },
    );
  });
});
