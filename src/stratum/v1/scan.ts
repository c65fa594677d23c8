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
