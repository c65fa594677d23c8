import { isDifficulty } from "./difficulty-range.ts";
import type { Envelope, Fault, JsonId } from "./envelope.ts";
import { fault, isObject, writeRequest, writeResult } from "./envelope.ts";
import { hexToUint32, uint32ToHex } from "./hex.ts";
import { v1Limits } from "./limits.ts";

/** BIP 320: the bits that may be rolled without harm, 13..28. */
export const defaultVersionMask = 0x1fffe000;

/** BIP 310's first message; `extensions` in the order asked, all to be answered. */
export type Configure = {
  kind: "configure";
  id: JsonId;
  extensions: readonly string[];
  /** Null where version-rolling was not asked for; the default mask where it came without one. */
  versionMask: number | null;
  /** Null where minimum-difficulty was not asked for, or is none that a difficulty may be: then it is not granted. */
  minimumDifficulty: number | null;
  subscribeExtranonce: boolean;
  /** The rig's own words about itself (extension info), only what was text. */
  info: Readonly<Record<string, string>>;
};

/** Reads mining.configure: [[extension…], {"extension.parameter": value}]. */
export function readConfigure(envelope: Envelope): Configure | Fault {
  const [names, given] = envelope.params;
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string")) {
    return fault("configure.extensions: must be an array of strings", envelope);
  }
  if (names.length > v1Limits.extensionsMax) return fault(`configure.extensions: must be ${v1Limits.extensionsMax} at most`, envelope);
  const parameters = isObject(given) ? given : {};
  const versionMask = names.includes("version-rolling") ? maskOf(parameters["version-rolling.mask"]) : null;
  if (versionMask === -1) return fault("configure.version-rolling.mask: must be 1..8 hex digits", envelope);
  const minimum = names.includes("minimum-difficulty") ? parameters["minimum-difficulty.value"] : null;
  return {
    kind: "configure",
    id: envelope.id,
    extensions: names,
    versionMask,
    minimumDifficulty: isDifficulty(minimum) ? minimum : null,
    subscribeExtranonce: names.includes("subscribe-extranonce"),
    info: infoOf(parameters),
  };
}

/** A missing mask means the default (BIP 310 leaves it to the server); -1 for a wrong one. */
function maskOf(value: unknown): number {
  if (value === undefined || value === null) return defaultVersionMask;
  return typeof value === "string" ? hexToUint32(value) : -1;
}

function infoOf(parameters: Record<string, unknown>): Record<string, string> {
  const info: Record<string, string> = {};
  for (const name of ["connection-url", "hw-version", "sw-version", "hw-id"]) {
    const value = parameters[`info.${name}`];
    if (typeof value === "string") info[name] = value.slice(0, 100);
  }
  return info;
}

/** What the hub grants of a Configure. */
export type ConfigureGrant = {
  /** Rig mask AND hub mask; answered `true` even when few bits or none are left, as BIP 310 asks not to drop the rig. */
  versionMask: number;
  minimumDifficulty: boolean;
  subscribeExtranonce: boolean;
};

/** The answer: one member per extension asked, `false` for those nobody knows. */
export function writeConfigureResult(configure: Configure, grant: ConfigureGrant): string {
  // The rig chose the names: `__proto__` is one like any other here.
  const result: Record<string, unknown> = Object.create(null);
  for (const extension of configure.extensions) {
    result[extension] = isGranted(extension, grant);
    if (extension === "version-rolling") result["version-rolling.mask"] = uint32ToHex(grant.versionMask);
  }
  return writeResult(configure.id, result);
}

function isGranted(extension: string, grant: ConfigureGrant): boolean {
  switch (extension) {
    case "version-rolling":
    case "info":
      return true;
    case "minimum-difficulty":
      return grant.minimumDifficulty;
    case "subscribe-extranonce":
      return grant.subscribeExtranonce;
    default:
      return false;
  }
}

/** mining.configure as the hub asks a pool, for version rolling and nothing else. */
export function writeConfigure(id: JsonId, versionMask: number, minBitCount = 2): string {
  const parameters = { "version-rolling.mask": uint32ToHex(versionMask), "version-rolling.min-bit-count": minBitCount };
  return writeRequest(id, "mining.configure", [["version-rolling"], parameters]);
}

/** The mask a pool agreed to, 0 when it does not roll; `asked` is what it may at most be. */
export function readConfigureResult(result: unknown, asked: number): { versionMask: number } | Fault {
  if (!isObject(result) || result["version-rolling"] !== true) return { versionMask: 0 };
  const mask = maskOf(result["version-rolling.mask"]);
  if (mask < 0) return fault("configure result, version-rolling.mask: must be 1..8 hex digits");
  return { versionMask: (mask & asked) >>> 0 };
}
