import type { AlgorithmName } from "../work/algorithm.ts";
import type { Random } from "./pool-job.ts";
import type { Solution } from "./proof-of-work.ts";

export type RigOptions = {
  host: string;
  port: number;
  /** TLS, whatever the certificate. */
  tls?: boolean;
  worker: string;
  password?: string;
  /** Default `stratum-hub-simulate/1`. */
  agent?: string;
  algorithm?: AlgorithmName;
  /** Ask for version rolling (BIP 310) and roll. */
  versionRolling?: boolean;
  /** Say that set_extranonce is understood. It is followed either way, from the next job on. */
  extranonceSubscribe?: boolean;
  /** Connect again after a lost connection, with a growing jittered wait. Default true. */
  reconnect?: boolean;
  random?: Random;
  /** Called for each connection that could not be made, with the reason in words. */
  onUnreachable?: (reason: string) => void;
};

/** A share as the server judged it. */
export type ShareAnswer = { solution: Solution; accepted: boolean; code: number | null; text: string };
