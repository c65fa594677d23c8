/** The address a trusted balancer saw. */
export type ProxySource = { address: string; port: number };

/**
 * What the first bytes of a connection say.
 * `none`: no header, all bytes belong to the rig. `need-more`: cannot be told yet. `proxy`: a header of `headerBytes`, to be
 * skipped; `source` is null for the balancer's own checks (LOCAL, UNKNOWN) and for addresses that are not IP.
 */
export type ProxyHeader =
  | { kind: "none" }
  | { kind: "need-more" }
  | { kind: "proxy"; source: ProxySource | null; headerBytes: number }
  | { kind: "fault"; reason: string };

const signatureV1 = Buffer.from("PROXY ");
const signatureV2 = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]);
/** By the specification the longest text header, its line end included. */
const textHeaderBytesMax = 107;
/** A binary header's TLVs may be 65,535 bytes; no balancer in front of miners needs a hundredth of it. */
const binaryPayloadBytesMax = 4096;

/**
 * Reads a PROXY header, version 1 (text) or 2 (binary), after haproxy's specification. Feed it all bytes received so far.
 * Only for connections from addresses that are trusted to send one.
 */
export function readProxyHeader(bytes: Uint8Array): ProxyHeader {
  if (bytes.length === 0) return { kind: "need-more" };
  if (startsLike(bytes, signatureV1)) return bytes.length < signatureV1.length ? { kind: "need-more" } : readText(bytes);
  if (startsLike(bytes, signatureV2)) return bytes.length < 16 ? { kind: "need-more" } : readBinary(bytes);
  return { kind: "none" };
}

/** True when as much as has come agrees with the signature. */
function startsLike(bytes: Uint8Array, signature: Uint8Array): boolean {
  const length = Math.min(bytes.length, signature.length);
  for (let index = 0; index < length; index++) if (bytes[index] !== signature[index]) return false;
  return true;
}

function readText(bytes: Uint8Array): ProxyHeader {
  const end = bytes.subarray(0, textHeaderBytesMax).indexOf(0x0a);
  if (end < 0) return bytes.length < textHeaderBytesMax ? { kind: "need-more" } : faulty("header must end within 107 bytes");
  if (bytes[end - 1] !== 0x0d) return faulty("header must end in CR LF");
  const text = Buffer.from(bytes.subarray(0, end - 1)).toString("latin1");
  const [, family, address = "", , sourcePort = "", ...rest] = text.split(" ");
  if (family === "UNKNOWN") return { kind: "proxy", source: null, headerBytes: end + 1 };
  if (family !== "TCP4" && family !== "TCP6") return faulty("protocol must be TCP4, TCP6 or UNKNOWN");
  if (rest.length !== 1 || !isPort(sourcePort)) return faulty("must hold two addresses and two ports");
  if (!(family === "TCP4" ? isIpv4(address) : isIpv6(address))) return faulty(`source address must be one of ${family}`);
  return { kind: "proxy", source: { address: address.toLowerCase(), port: Number(sourcePort) }, headerBytes: end + 1 };
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) < 65_536;
}

function isIpv4(text: string): boolean {
  return /^(\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split(".").every((part) => Number(part) < 256);
}

function isIpv6(text: string): boolean {
  if (!/^[0-9a-fA-F:.]{2,45}$/.test(text)) return false;
  const dot = text.lastIndexOf(":");
  const tail = text.slice(dot + 1);
  // A dotted tail (::ffff:10.0.0.1) stands for two groups.
  if (tail.includes(".") && !isIpv4(tail)) return false;
  const groups = (tail.includes(".") ? `${text.slice(0, dot + 1)}0:0` : text).split("::");
  const count = groups
    .join(":")
    .split(":")
    .filter((group) => group !== "").length;
  const wellFormed = groups.every((half) => half === "" || half.split(":").every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)));
  return wellFormed && (groups.length === 2 ? count < 8 : groups.length === 1 && count === 8);
}

function readBinary(bytes: Uint8Array): ProxyHeader {
  const [versionAndCommand = 0, family = 0, high = 0, low = 0] = bytes.subarray(12, 16);
  const payloadBytes = high * 256 + low;
  if (versionAndCommand >>> 4 !== 2) return faulty("version must be 2");
  const command = versionAndCommand & 15;
  if (command > 1) return faulty("command must be LOCAL or PROXY");
  if (payloadBytes > binaryPayloadBytesMax) return faulty(`addresses and extensions must be ${binaryPayloadBytesMax} bytes at most`);
  if (bytes.length < 16 + payloadBytes) return { kind: "need-more" };
  const headerBytes = 16 + payloadBytes;
  const payload = bytes.subarray(16, headerBytes);
  if (command === 0) return { kind: "proxy", source: null, headerBytes };
  switch (family >>> 4) {
    case 1:
      return payloadBytes < 12 ? faulty("IPv4 addresses must be 12 bytes") : withSource(payload.subarray(0, 4).join("."), payload.subarray(8, 10), headerBytes);
    case 2:
      return payloadBytes < 36
        ? faulty("IPv6 addresses must be 36 bytes")
        : withSource(ipv6Text(payload.subarray(0, 16)), payload.subarray(32, 34), headerBytes);
    default:
      return { kind: "proxy", source: null, headerBytes };
  }
}

function withSource(address: string, port: Uint8Array, headerBytes: number): ProxyHeader {
  const [high = 0, low = 0] = port;
  return { kind: "proxy", source: { address, port: high * 256 + low }, headerBytes };
}

/** RFC 5952 text: no leading zeros, the longest run of two or more zero groups as "::". */
function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[2 * index] ?? 0) * 256 + (bytes[2 * index + 1] ?? 0)).toString(16));
  const text = groups.join(":");
  const runs = text.match(/(?<![0-9a-f])0(?::0(?![0-9a-f]))+/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), "");
  if (longest === "") return text;
  const at = text.search(new RegExp(`(?<![0-9a-f])${longest}(?![0-9a-f])`));
  return `${text.slice(0, at).replace(/:$/, "")}::${text.slice(at + longest.length).replace(/^:/, "")}`;
}

function faulty(rule: string): ProxyHeader {
  return { kind: "fault", reason: `PROXY header: ${rule}` };
}
