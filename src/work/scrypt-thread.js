// The thread that hashes scrypt (see hash.ts): plain JavaScript, because it is started from its text.
import { scryptSync } from "node:crypto";

const cost = { N: 1024, r: 1, p: 1 };

self.onmessage = ({ data: { no, header } }) => {
  const hash = new Uint8Array(scryptSync(header, header, 32, cost));
  self.postMessage({ no, hash }, [hash.buffer]);
};
