import { createTransport } from "nodemailer";
import type { EmailTarget } from "../control/channels.ts";
import type { Delivery } from "../control/deliveries.ts";
import { reachableAddress } from "./addresses.ts";
import type { Sending } from "./sending.ts";

/** Of each step: connect, greeting, answer. */
const stepMsMax = 10_000;
/** Of all of it. */
const wholeMsMax = 45_000;

/**
 * Hands a message to the mail server. Where it asks for TLS and the server offers none, nothing is sent; its certificate must be good for
 * the host's name. The address is the one that was checked.
 * @throws AddressRefused, or what the server says
 */
export async function sendMail(target: EmailTarget, delivery: Delivery, { channel, resolve, farmName }: Sending): Promise<void> {
  const { host, port, security, username, from, to } = target;
  const { message, id } = delivery;
  const transport = createTransport({
    host: await reachableAddress(host, channel.networks, resolve),
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    tls: { servername: host },
    ...(username !== null && { auth: { user: username, pass: channel.secret.reveal() } }),
    connectionTimeout: stepMsMax,
    greetingTimeout: stepMsMax,
    socketTimeout: stepMsMax,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from,
      to,
      subject: `[${farmName}] ${message.subject}`,
      text: `${message.subject}\n\n${message.text}\n`,
      messageId: `<${id}@stratum-hub>`,
      date: new Date(message.atMs),
      headers: { "Auto-Submitted": "auto-generated" },
      signal: AbortSignal.timeout(wholeMsMax),
    });
  } finally {
    transport.close();
  }
}
