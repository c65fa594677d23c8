import { createHmac } from "node:crypto";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { WebhookTarget } from "../control/channels.ts";
import type { Delivery } from "../control/deliveries.ts";
import type { Secret } from "../control/secret.ts";
import { reachableAddress } from "./addresses.ts";
import type { Sending } from "./sending.ts";

/** Of an answer; more is not read. */
const answerBytesMax = 65_536;
/** The receiver says that this address is given up. */
const gone = 410;

/** `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, as Standard Webhooks has it; the secret is `whsec_` and the key in base64. */
export function signatureOf(secret: Secret, { id, timestampS, body }: { id: string; timestampS: number; body: string }): string {
  const key = Buffer.from(secret.reveal().replace(/^whsec_/, ""), "base64");
  return `v1,${createHmac("sha256", key).update(`${id}.${timestampS}.${body}`).digest("base64")}`;
}

/** The signed request's body: type, time of the message, and what it says. */
function bodyOf({ message }: Delivery): string {
  const { type, atMs, subject, text, data } = message;
  return JSON.stringify({ type, timestamp: new Date(atMs).toISOString(), data: { subject, text, ...data } });
}

/**
 * Posts a message to the address, once: no redirect is followed, and the host's address is the one that was checked.
 * Any answer from 200 to 299 in time is a success.
 * @throws AddressRefused, or what the connection says
 */
export async function postWebhook(
  target: WebhookTarget,
  delivery: Delivery,
  { channel, nowMs, resolve, answerMsMax }: Sending,
): Promise<{ status: number; isFinal: boolean }> {
  const url = new URL(target.url);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const address = await reachableAddress(host, channel.networks, resolve);
  const body = bodyOf(delivery);
  const timestampS = Math.floor(nowMs / 1_000);
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "user-agent": "stratum-hub",
    "webhook-id": delivery.id,
    "webhook-timestamp": timestampS,
    "webhook-signature": signatureOf(channel.secret, { id: delivery.id, timestampS, body }),
  };
  const status = await post({ url, host, address, headers, body, answerMsMax });
  return { status, isFinal: status === gone };
}

type Post = { url: URL; host: string; address: string; headers: Record<string, string | number>; body: string; answerMsMax: number };
type LookupDone = (error: null, address: string | { address: string; family: number }[], family?: number) => void;

/** Asks with the name (for TLS and virtual hosts), connects to the address. */
function post({ url, host, address, headers, body, answerMsMax }: Post): Promise<number> {
  const family = address.includes(":") ? 6 : 4;
  const pinned = (_host: string, wanted: { all?: boolean }, done: LookupDone) =>
    wanted.all === true ? done(null, [{ address, family }]) : done(null, address, family);
  const options = { method: "POST", host, port: url.port, path: `${url.pathname}${url.search}`, headers, agent: false, lookup: pinned as never };
  return new Promise((resolve, reject) => {
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    const request = send(options, (answer) =>
      readStatus(
        answer,
        (status) => end(() => resolve(status)),
        (error) => end(() => reject(error)),
      ),
    );
    const timer = setTimeout(() => end(() => reject(new Error(`no answer within ${answerMsMax / 1_000} s`))), answerMsMax);
    const end = (settle: () => void) => {
      clearTimeout(timer);
      settle();
      request.destroy();
    };
    request.on("error", (error) => end(() => reject(error)));
    request.end(body);
  });
}

/** What an answer says does not matter, but a connection that is cut while it speaks may not have taken the message. */
function readStatus(answer: IncomingMessage, done: (status: number) => void, failed: (error: Error) => void): void {
  let bytes = 0;
  const finish = () => done(answer.statusCode ?? 0);
  answer.on("data", (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > answerBytesMax) finish();
  });
  answer.on("end", finish);
  answer.on("error", failed);
}
