/** The first index from `at` that is not a space. */
export function skipSpaces(bytes: Uint8Array, at: number): number {
  let index = at;
  while (bytes[index] === 0x20) index++;
  return index;
}

/** The index after `word` where it stands at `at`, otherwise -1. */
export function scanWord(bytes: Uint8Array, at: number, word: Uint8Array): number {
  for (let index = 0; index < word.length; index++) if (bytes[at + index] !== word[index]) return -1;
  return at + word.length;
}

/** The index after the comma that must follow a member, or after the brace that must follow the last; otherwise -1. */
export function scanSeparator(bytes: Uint8Array, at: number, last: boolean): number {
  const index = skipSpaces(bytes, at);
  return bytes[index] === (last ? 0x7d : 0x2c) ? index + 1 : -1;
}

/** The index of the value of a member whose quoted `name` must stand at `at`, past its colon; otherwise -1. */
export function scanName(bytes: Uint8Array, at: number, name: Uint8Array): number {
  const after = scanWord(bytes, at, name);
  if (after < 0) return -1;
  const colon = skipSpaces(bytes, after);
  return bytes[colon] === 0x3a ? skipSpaces(bytes, colon + 1) : -1;
}
