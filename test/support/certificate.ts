import { generateKeyPairSync, sign } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), body]);
  return Buffer.concat([length < 0x100 ? Buffer.of(tag, 0x81, length) : Buffer.of(tag, 0x82, length >> 8, length & 255), body]);
}

const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts);
const oid = (hex: string) => der(0x06, Buffer.from(hex, "hex"));
const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"));
const commonName = sequence(der(0x31, sequence(oid("550403"), der(0x0c, Buffer.from("localhost")))));
/** DNS name localhost and address 127.0.0.1. */
const names = sequence(oid("551d11"), der(0x04, sequence(der(0x82, Buffer.from("localhost")), der(0x87, Buffer.of(127, 0, 0, 1)))));

/** A self-signed certificate for localhost (RFC 5280), made anew each time so that no key lies in the repository. */
export function selfSigned(): { cert: string; key: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const validity = sequence(der(0x17, Buffer.from("200101000000Z")), der(0x17, Buffer.from("491231235959Z")));
  const version3 = der(0xa0, der(0x02, Buffer.of(2)));
  const subjectKey = publicKey.export({ type: "spki", format: "der" });
  const body = sequence(version3, der(0x02, Buffer.of(1)), ecdsaWithSha256, commonName, validity, commonName, subjectKey, der(0xa3, sequence(names)));
  const certificate = sequence(body, ecdsaWithSha256, der(0x03, Buffer.of(0), sign("sha256", body, privateKey)));
  const base64 = certificate.toString("base64").replace(/.{64}/g, "$&\n");
  return { cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`, key: privateKey.export({ type: "pkcs8", format: "pem" }) };
}

/** The same as files in a folder of their own, with how to remove it. */
export function certificateFiles(): { certFile: string; keyFile: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "stratum-hub-tls-"));
  const files = { certFile: join(folder, "cert.pem"), keyFile: join(folder, "key.pem") };
  const { cert, key } = selfSigned();
  writeFileSync(files.certFile, cert);
  writeFileSync(files.keyFile, key, { mode: 0o600 });
  return { ...files, remove: () => rmSync(folder, { recursive: true }) };
}
