import { existsSync, readFileSync } from "node:fs";
import { isIP } from "node:net";
import { join, resolve } from "node:path";
import type { LogLevel } from "./log.ts";

export type Endpoint = { host: string; port: number };

/** Everything the hub is told from outside, once, at its start. Frozen. */
export type Config = {
  /** Folder of databases and journal; absolute. */
  dataDir: string;
  http: Endpoint;
  stratum: Endpoint;
  /** PEM files; both or none. */
  httpCert?: string;
  httpKey?: string;
  /** CIDRs of proxies whose forwarded headers are believed. */
  httpTrustProxy: readonly string[];
  logLevel: LogLevel;
};

/** Wrong usage: names what was set, where, and the rule it breaks. Ends a command with exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

type Setting<T> = {
  flag: string;
  env: string;
  /** Key in the TOML file. */
  key: string;
  /** Shown in --help. */
  value: string;
  help: string;
  fallback: string;
  read: (text: string) => T | Fault;
};

export type Fault = { rule: string };
const fault = (rule: string): Fault => ({ rule });

function isFault(value: unknown): value is Fault {
  return typeof value === "object" && value !== null && "rule" in value;
}

/** `HOST:PORT`, `[v6]:PORT`; the port may be 0 for any free one. */
export function readEndpoint(text: string): Endpoint | Fault {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65535) return fault("must be HOST:PORT with a port of 0 to 65535, such as 127.0.0.1:8080");
  return { host: match[1] ?? match[2] ?? "", port };
}

function readFolder(text: string): string | Fault {
  return text === "" ? fault("must name a folder") : resolve(text);
}

function readPem(text: string): string | Fault {
  if (text === "") return "";
  return existsSync(text) ? resolve(text) : fault(`must name a PEM file that exists; ${text} does not`);
}

/** An address, or a network of `/0` to the address's bits. */
function isNetwork(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const bitsMax = isIP(address) === 4 ? 32 : 128;
  return isIP(address) !== 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= bitsMax));
}

function readCidrs(text: string): readonly string[] | Fault {
  const parts = text.split(",").map((part) => part.trim());
  const list = parts.filter((part) => part !== "");
  const wrong = list.find((part) => !isNetwork(part));
  return wrong === undefined ? Object.freeze(list) : fault(`must be addresses or CIDRs with commas between; ${wrong} is neither`);
}

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

function readLevel(text: string): LogLevel | Fault {
  return levels.find((level) => level === text) ?? fault(`must be one of ${levels.join(", ")}`);
}

/** What can be set, in the order of --help. */
export const settings = Object.freeze({
  dataDir: { flag: "data", env: "HUB_DATA", key: "data", value: "DIR", help: "folder of databases and journal", fallback: "./data", read: readFolder },
  http: { flag: "http", env: "HUB_HTTP", key: "http", value: "HOST:PORT", help: "pages and API", fallback: "127.0.0.1:8080", read: readEndpoint },
  stratum: {
    flag: "stratum",
    env: "HUB_STRATUM",
    key: "stratum",
    value: "HOST:PORT",
    help: "where rigs connect",
    fallback: "0.0.0.0:3333",
    read: readEndpoint,
  },
  httpCert: {
    flag: "http-cert",
    env: "HUB_HTTP_CERT",
    key: "http_cert",
    value: "FILE",
    help: "PEM certificate: pages and API over HTTPS",
    fallback: "",
    read: readPem,
  },
  httpKey: { flag: "http-key", env: "HUB_HTTP_KEY", key: "http_key", value: "FILE", help: "PEM key of that certificate", fallback: "", read: readPem },
  httpTrustProxy: {
    flag: "http-trust-proxy",
    env: "HUB_HTTP_TRUST_PROXY",
    key: "http_trust_proxy",
    value: "CIDR,…",
    help: "proxies whose X-Forwarded-For and -Proto are believed",
    fallback: "",
    read: readCidrs,
  },
  logLevel: {
    flag: "log-level",
    env: "HUB_LOG_LEVEL",
    key: "log_level",
    value: "LEVEL",
    help: "debug, info, warn or error",
    fallback: "info",
    read: readLevel,
  },
} satisfies Record<string, Setting<unknown>>);

type Flags = Readonly<Record<string, string | undefined>>;
type Env = Readonly<Record<string, string | undefined>>;

/**
 * Flags beat environment beats the TOML file (`--config` or `HUB_CONFIG`) beats the default.
 * @throws UsageError that names the flag, variable or key, and the rule.
 */
export function readConfig(flags: Flags, env: Env): Config {
  const file = flags["config"] === undefined ? readConfigFile("HUB_CONFIG", env["HUB_CONFIG"]) : readConfigFile("--config", flags["config"]);
  const pick = <T>(setting: Setting<T>): T => {
    const [origin, text] = originOf(setting, { flags, env, file });
    const value = setting.read(text);
    if (isFault(value)) throw new UsageError(`${origin}: ${value.rule} (got ${JSON.stringify(text)})`);
    return value;
  };
  const httpCert = pick(settings.httpCert);
  const httpKey = pick(settings.httpKey);
  if ((httpCert === "") !== (httpKey === "")) throw new UsageError(`--http-${httpCert === "" ? "cert" : "key"}: certificate and key must be given together`);
  return Object.freeze({
    dataDir: pick(settings.dataDir),
    http: Object.freeze(pick(settings.http)),
    stratum: Object.freeze(pick(settings.stratum)),
    ...(httpCert === "" ? {} : { httpCert, httpKey }),
    httpTrustProxy: pick(settings.httpTrustProxy),
    logLevel: pick(settings.logLevel),
  });
}

/** The data folder alone, for commands that need nothing else. Same order and errors as {@link readConfig}. */
export function readDataDir(flags: Flags, env: Env): string {
  return readConfig({ data: flags["data"], config: flags["config"] }, { HUB_DATA: env["HUB_DATA"], HUB_CONFIG: env["HUB_CONFIG"] }).dataDir;
}

/** The only reader of the process's environment; everything else takes it as an argument. */
export function environment(): Env {
  return process.env;
}

/** Where the control database lies in a data folder: the hub and the commands beside it open the same file. */
export function controlFile(dataDir: string): string {
  return join(dataDir, "control.db");
}

type Sources = { flags: Flags; env: Env; file: Readonly<Record<string, string>> };

function originOf(setting: Setting<unknown>, { flags, env, file }: Sources): [origin: string, text: string] {
  const flag = flags[setting.flag];
  if (flag !== undefined) return [`--${setting.flag}`, flag];
  const variable = env[setting.env];
  if (variable !== undefined && variable !== "") return [setting.env, variable];
  const entry = file[setting.key];
  if (entry !== undefined) return [`${setting.key} of the configuration file`, entry];
  return [`--${setting.flag}`, setting.fallback];
}

function readConfigFile(origin: string, path: string | undefined): Record<string, string> {
  if (path === undefined || path === "") return {};
  let table: Record<string, unknown>;
  try {
    table = Bun.TOML.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(`${origin}: must be a TOML file that can be read (${path}: ${error instanceof Error ? error.message : String(error)})`);
  }
  const known = Object.values(settings).map((setting) => setting.key);
  const entries = Object.entries(table).map(([key, value]): [string, string] => {
    if (!known.includes(key)) throw new UsageError(`${origin}: ${key} of ${path} is no setting; the settings are ${known.join(", ")}`);
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return [key, value.join(",")];
    if (typeof value !== "string")
      throw new UsageError(`${origin}: ${key} of ${path} must be a text${key === "http_trust_proxy" ? " or a list of texts" : ""}`);
    return [key, value];
  });
  return Object.fromEntries(entries);
}
