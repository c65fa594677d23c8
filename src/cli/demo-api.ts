/** One row of an answer, read field by field. */
export type Row = Readonly<Record<string, unknown>>;

/** The demo configures and watches the hub as any script would: by its public JSON API. */
export class DemoApi {
  readonly #base: string;
  readonly #token: string;

  /** @param origin as `http://127.0.0.1:8080` */
  constructor(origin: string, token: string) {
    this.#base = `${origin}/api/v1`;
    this.#token = token;
  }

  get(path: string): Promise<Row> {
    return this.#call("GET", path);
  }

  /** The rows of a list; enough pages for a demo. */
  async list(path: string): Promise<Row[]> {
    const { data } = await this.get(path);
    return Array.isArray(data) ? data : [];
  }

  /** What is there, or null where the answer is 404. */
  async find(path: string): Promise<Row | null> {
    const response = await this.#ask("GET", path);
    return response.status === 404 ? null : this.#rowOf(response, `GET ${path}`);
  }

  /** Where the feed of events ends now. */
  async endOfEvents(): Promise<string> {
    return nextOf(await this.get("/events?after=latest"));
  }

  /** Events of these types after the cursor, oldest first. */
  async eventsAfter(cursor: string, types: readonly string[]): Promise<Row[]> {
    return (await this.list(`/events?limit=500&after=${cursor}`)).filter((row) => types.includes(String(row["type"])));
  }

  post(path: string, body: Row): Promise<Row> {
    return this.#call("POST", path, { body, headers: { "idempotency-key": crypto.randomUUID() } });
  }

  /** Changes a row as it was just read (its `version` becomes the If-Match). */
  patch(path: string, row: Row, body: Row): Promise<Row> {
    return this.#call("PATCH", path, { body, headers: { "if-match": `"v${row["version"]}"` } });
  }

  /** The row of that name in a list: made with `body` when there is none yet, brought to it when there is. */
  async ensure(path: string, body: Row): Promise<Row> {
    const existing = (await this.list(path)).find((row) => row["name"] === body["name"]);
    return existing === undefined ? this.post(path, body) : this.patch(`${path}/${existing["id"]}`, existing, body);
  }

  async #call(method: string, path: string, sent: Sent = {}): Promise<Row> {
    return this.#rowOf(await this.#ask(method, path, sent), `${method} ${path}`);
  }

  #ask(method: string, path: string, { body, headers = {} }: Sent = {}): Promise<Response> {
    return fetch(`${this.#base}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async #rowOf(response: Response, asked: string): Promise<Row> {
    const text = await response.text();
    if (!response.ok) throw new Error(`${asked} answered ${response.status}: ${text}`);
    return JSON.parse(text) as Row;
  }
}

type Sent = { body?: Row; headers?: Record<string, string> };

function nextOf({ page }: Row): string {
  return String((page as Row | undefined)?.["next"] ?? "");
}
