/** Smaller answers fit one packet as they are. */
const bytesMin = 1_400;
/** A list of a hundred rows comes to a tenth of its size in half a millisecond; a higher level gains little and takes three times as long. */
const level = 1;

/** A whole page as the browser takes it: compressed where it says that it can read that. Everything else is handed on. */
export async function compressed(request: Request, answer: Response): Promise<Response> {
  const { status, headers } = answer;
  const isPage = headers.get("content-type")?.startsWith("text/html") === true && !headers.has("content-encoding");
  if (!isPage || !/\bgzip\b/.test(request.headers.get("accept-encoding") ?? "")) return answer;
  const body = await answer.arrayBuffer();
  if (body.byteLength < bytesMin) return new Response(body, { status, headers });
  const packed = Bun.gzipSync(body, { level });
  const own = new Headers(headers);
  own.set("content-encoding", "gzip");
  own.append("vary", "accept-encoding");
  return new Response(packed, { status, headers: own });
}
