import type { Channel } from "../control/channels.ts";
import type { Resolve } from "./addresses.ts";

/** What both ways of sending need beside the message. `answerMsMax`: how long a webhook may take. */
export type Sending = { channel: Channel; nowMs: number; resolve: Resolve; farmName: string; answerMsMax: number };
