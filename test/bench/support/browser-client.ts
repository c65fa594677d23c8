/** What a browser does for a page, without showing it: signs in, asks, keeps streams open. */
export type Got = { ms: number; bytes: number };
export type LiveStream = { close: () => number };

export class BrowserClient {
  readonly #url: string;
  readonly #cookie: string;

  private constructor(url: string, cookie: string) {
    this.#url = url;
    this.#cookie = cookie;
  }

  static async signIn(url: string, person: { email: string; password: string }): Promise<BrowserClient> {
    const answer = await fetch(`${url}/login`, { method: "POST", body: new URLSearchParams(person), headers: { origin: url }, redirect: "manual" });
    const cookie = answer.headers.get("set-cookie")?.split(";")[0];
    if (answer.status !== 303 || cookie === undefined) throw new Error(`the login answers ${answer.status}: ${await answer.text()}`);
    return new BrowserClient(url, cookie);
  }

  /** A page, whole. Throws unless the answer is 200. */
  async get(path: string): Promise<Got> {
    const startMs = performance.now();
    const answer = await this.#ask(path);
    const body = new Uint8Array(await answer.arrayBuffer());
    const ms = performance.now() - startMs;
    if (answer.status !== 200) throw new Error(`${path} answers ${answer.status}`);
    return { ms, bytes: body.length };
  }

  /** What a page takes on its way, compressed as it comes. */
  async wireBytes(path: string): Promise<number> {
    return (await (await this.#ask(path, { decompress: false })).bytes()).length;
  }

  /** Of style sheet, script and icon of a page, as they come. */
  async assetBytes(path: string): Promise<number> {
    const html = await (await this.#ask(path)).text();
    const urls = new Set([...html.matchAll(/(?:href|src)="(\/assets\/[^"#]+)/g)].map(([, url = ""]) => url));
    const sizes = await Promise.all([...urls].map(async (url) => (await (await this.#ask(url, { decompress: false })).bytes()).length));
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** The streams that these pages open. */
  async livePaths(pages: readonly string[]): Promise<string[]> {
    const found = await Promise.all(pages.map(async (path) => /hx-sse:connect="([^"]+)"/.exec(await (await this.#ask(path)).text())?.[1]));
    return [...new Set(found.filter((path) => path !== undefined).map((path) => path.replaceAll("&amp;", "&")))];
  }

  /** Reads a stream until it is closed; `close` tells how many bytes came. */
  watch(path: string): LiveStream {
    const ending = new AbortController();
    let bytes = 0;
    const read = async () => {
      const answer = await this.#ask(path, { signal: ending.signal });
      for await (const chunk of answer.body ?? []) bytes += chunk.length;
    };
    const reading = read().catch((error) => {
      if (!ending.signal.aborted) throw error;
    });
    void reading;
    return {
      close: () => {
        ending.abort();
        return bytes;
      },
    };
  }

  #ask(path: string, how: { signal?: AbortSignal; decompress?: boolean } = {}): Promise<Response> {
    return fetch(`${this.#url}${path}`, { ...how, headers: { cookie: this.#cookie, "accept-encoding": "gzip" }, redirect: "manual" });
  }
}
