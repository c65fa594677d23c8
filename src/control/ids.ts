/** What an id begins with says what it names. Prefixes are never reused. */
export const idPrefixes = Object.freeze([
  "flt",
  "lsn",
  "pol",
  "prf",
  "rig",
  "alc",
  "cus",
  "ctr",
  "evt",
  "usr",
  "tok",
  "sit",
  "mwn",
  "chn",
  "dlv",
  "aud",
  "mdl",
  "rep",
  "imp",
  "bat",
  "rck",
  "viw",
] as const);
export type IdPrefix = (typeof idPrefixes)[number];

/** Crockford's base32 in lower case: no i, l, o, u, so that an id can be read aloud. */
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const idPattern = /^[a-z]{3}_[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/** What is being written; a text that grows by 26 letters leaves 26 texts behind. */
const letters = Buffer.alloc(26);

/** 128 bits in 26 characters, most significant first (two zero bits lead, as in ULID). */
export function encodeBase32(bytes: Uint8Array): string {
  let at = 0;
  let held = 0;
  // 26 characters carry 130 bits: pretend that two zero bits came first.
  let heldBits = 2;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    heldBits += 8;
    while (heldBits >= 5) {
      heldBits -= 5;
      letters[at++] = alphabet.charCodeAt((held >>> heldBits) & 31);
    }
    held &= (1 << heldBits) - 1;
  }
  return letters.toString("latin1", 0, at);
}

/** A new public id, e.g. `rig_01k…`: prefix and UUIDv7 (RFC 9562, 5.7), so ids sort by the time they were given out. */
export function newId(prefix: IdPrefix, nowMs: number): string {
  return `${prefix}_${encodeBase32(Bun.randomUUIDv7("buffer", nowMs))}`;
}

/** True when the text has the form of an id; with a prefix, of that kind. */
export function isId(text: string, prefix?: IdPrefix): boolean {
  return idPattern.test(text) && (prefix === undefined || text.startsWith(`${prefix}_`));
}
