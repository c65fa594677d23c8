import { createServer, type Socket } from "node:net";

export type Posted = { headers: Record<string, string>; body: string; path: string };

/** A receiver of webhooks on loopback; answers are taken from `answers`, then 200. */
export function fakeReceiver() {
  const posted: Posted[] = [];
  const answers: (() => Response | Promise<Response>)[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      posted.push({ headers: Object.fromEntries(request.headers), body: await request.text(), path: new URL(request.url).pathname });
      return answers.shift()?.() ?? new Response("thanks");
    },
  });
  return { posted, answers, port: server.port ?? 0, stop: () => server.stop(true) };
}

export type Mail = { from: string; to: string[]; data: string };

/** One conversation of a mail server; `say` puts a line on the wire. */
class MailTalk {
  private mail: Mail = { from: "", to: [], data: "" };
  private isData = false;
  private readonly say: (line: string) => void;
  private readonly server: { mails: Mail[]; state: { isRefusing: boolean } };

  constructor(say: (line: string) => void, server: { mails: Mail[]; state: { isRefusing: boolean } }) {
    this.say = say;
    this.server = server;
  }

  hear(line: string): void {
    if (this.isData) this.take(line);
    else this.obey(line.toUpperCase().split(/[ :]/)[0] ?? "", line);
  }

  private take(line: string): void {
    if (line !== ".") {
      this.mail.data += `${line}\n`;
      return;
    }
    this.isData = false;
    this.server.mails.push(this.mail);
    this.mail = { from: "", to: [], data: "" };
    this.say("250 queued");
  }

  private obey(word: string, line: string): void {
    if (word === "MAIL") this.mail.from = line;
    if (word === "RCPT") this.mail.to.push(line);
    this.isData = word === "DATA";
    const answers: Record<string, string> = { DATA: "354 go on", QUIT: "221 bye", MAIL: this.server.state.isRefusing ? "451 not now" : "250 ok" };
    this.say(answers[word] ?? "250 ok");
  }
}

/** A mail server on loopback without TLS; says no to every message while `isRefusing`. */
export async function fakeMailServer() {
  const mails: Mail[] = [];
  const state = { isRefusing: false };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const talk = new MailTalk((line) => socket.write(`${line}\r\n`), { mails, state });
    let held = "";
    socket.write("220 fake\r\n");
    socket.on("data", (chunk) => {
      const lines = (held + chunk.toString("latin1")).split("\r\n");
      held = lines.pop() ?? "";
      for (const line of lines) talk.hear(line);
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const stop = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { mails, state, port, stop };
}
