const texts = new Map<string, string>();
const textsMax = 2_000;

/**
 * The same string for the same text. SQLite gives a new one for each column of each row, and what ten thousand rigs have in common (a status,
 * a model, a rack) is then held ten thousand times. Not for what tells rows apart.
 */
export function shared<Text extends string | null>(text: Text): Text {
  if (text === null) return text;
  const known = texts.get(text);
  if (known !== undefined) return known as Text;
  if (texts.size >= textsMax) texts.clear();
  texts.set(text, text);
  return text;
}
