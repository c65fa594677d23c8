import { decodeText } from "./csv-read.ts";
import { webLimits } from "./limits.ts";
import { Problem } from "./problems.ts";

/**
 * The request's body. One that does not say how long it is (chunked) is read only as far as it may go.
 * @throws what `refusal` makes, over `bytesMax`
 */
export async function bytesOf(request: Request, bytesMax: number, refusal: () => Problem): Promise<Uint8Array> {
  const length = request.headers.get("content-length");
  if (Number(length ?? 0) > bytesMax) throw refusal();
  if (length !== null || request.body === null) return new Uint8Array(await request.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > bytesMax) throw refusal();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const tooLarge = () => new Problem("body-too-large", `the body may have at most ${webLimits.bodyBytesMax} bytes`);

/**
 * The request's body as a JSON value; `{}` where there is none, so that a POST without fields needs no body.
 * 413 over the limit, 415 for another type than JSON, 400 for what is no JSON.
 */
export async function readJsonBody(request: Request): Promise<unknown> {
  const bytes = await bytesOf(request, webLimits.bodyBytesMax, tooLarge);
  if (bytes.byteLength === 0) return {};
  const coding = request.headers.get("content-encoding");
  if (coding !== null && !/^\s*identity\s*$/i.test(coding))
    throw new Problem("unsupported-media-type", "the body must be sent as it is, without Content-Encoding");
  const type = request.headers.get("content-type");
  if (type !== null && !/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type))
    throw new Problem("unsupported-media-type", "the body must be application/json");
  try {
    return parsed(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // The parser's own message repeats the input, which may hold a password.
    throw new Problem("malformed-body", "the body is not valid JSON in UTF-8");
  }
}

/** Half of a surrogate pair, which JSON can write down with an escape, is no character (RFC 7493, 2.1): no database keeps it. */
function parsed(text: string): unknown {
  const whole = (value: unknown) => typeof value !== "string" || value.isWellFormed();
  if (!/\\u[dD][89a-fA-F]/.test(text)) return JSON.parse(text);
  return JSON.parse(text, (name, value) => {
    if (!whole(name) || !whole(value)) throw new SyntaxError("half of a surrogate pair");
    return value;
  });
}

export const isCsv = (request: Request): boolean => /^text\/csv\s*(?:;|$)/i.test(request.headers.get("content-type") ?? "");

/** The request's body as the text of a file, in whatever encoding it was written. 413 over the limit. */
export async function readCsvBody(request: Request): Promise<string> {
  const tooMuch = () => new Problem("body-too-large", `a file of rigs may have at most ${webLimits.fileBytesMax} bytes`);
  return decodeText(await bytesOf(request, webLimits.fileBytesMax, tooMuch));
}

/** The same JSON text for the same value, whatever the order of its fields. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, own]) => `${JSON.stringify(name)}:${canonicalJson(own)}`).join(",")}}`;
}
