import { isIP } from "node:net";
import { type Invalid, invalidAll } from "./result.ts";

/** Says what is wrong with a value, as the end of the sentence "<field> …"; null when nothing is. */
export type Rule = (value: unknown) => string | null;

// Control characters, and the marks that turn the direction of text: with them one name can be made to look like another.
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/** Nothing but blanks and signs that draw nothing. */
const invisible = /^[\p{Default_Ignorable_Code_Point}\p{Z}\u2800]+$/u;
const rigName = /^[A-Za-z0-9_-]{1,64}$/;
const hostName = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62}))*\.?$/;

/**
 * True for what may be a rig's name: 1 to 64 letters, digits, `_`, `-`. It comes from miners, so nothing else is let in. No `.`: of a
 * worker like `farm.s19-0042` what follows the last one is the rig, so that none could log in under a name that has one.
 */
export const isRigName = (value: string): boolean => rigName.test(value);

/** Ends the sentence "… must be". */
export const rigNameWords = "1 to 64 letters, digits, '_' or '-' (no '.': a worker's part after its last '.' is the rig)";

export const rigNameRule: Rule = (value) => (typeof value === "string" && rigName.test(value) ? null : `must be ${rigNameWords}`);

/** Free text of `min`..`max` characters without control characters and without blanks at its ends, of which something can be seen. */
export const textRule =
  (max: number, min = 1): Rule =>
  (value) => {
    if (typeof value !== "string") return "must be text";
    if (value.length < min || value.length > max) return `must have ${min} to ${max} characters`;
    if (unprintable.test(value)) return "must not contain control characters";
    if (value !== value.trim()) return "must not begin or end with a blank";
    return invisible.test(value) ? "must have a character that can be seen" : null;
  };

/** Text of several lines: line feeds and tabs are allowed, other control characters are not. */
export const notesRule =
  (max: number): Rule =>
  (value) => {
    if (typeof value !== "string") return "must be text";
    if (value.length > max) return `must have at most ${max} characters`;
    return unprintable.test(value.replace(/[\n\t]/g, "")) ? "must not contain control characters" : null;
  };

export const integerRule =
  (min: number, max: number): Rule =>
  (value) =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max ? null : `must be a whole number from ${min} to ${max}`;

export const numberRule =
  (min: number, max: number): Rule =>
  (value) =>
    typeof value === "number" && value >= min && value <= max
      ? null
      : `must be a number ${min === Number.MIN_VALUE ? "above 0, up to" : `from ${min} to`} ${max}`;

export const oneOfRule =
  (words: readonly string[]): Rule =>
  (value) =>
    typeof value === "string" && words.includes(value) ? null : `must be one of ${words.join(", ")}`;

export const booleanRule: Rule = (value) => (typeof value === "boolean" ? null : "must be true or false");

export const orNull =
  (rule: Rule): Rule =>
  (value) =>
    value === null ? null : rule(value);

/** A zone of the IANA list, which knows summer time; offsets such as "+01:00" know none and are refused. */
export const timeZoneRule: Rule = (value) => {
  if (typeof value !== "string") return "must be text";
  try {
    new Intl.DateTimeFormat("en", { timeZone: value });
    return /^[A-Za-z]/.test(value) ? null : "must be an IANA time zone such as Europe/Vienna";
  } catch {
    return "must be an IANA time zone such as Europe/Vienna";
  }
};

/** A day of the calendar, `2027-05-31`. */
export const dayRule: Rule = (value) => {
  const isDay = typeof value === "string" && /^(?:19|20|21)\d\d-\d\d-\d\d$/.test(value);
  const at = isDay ? new Date(`${value}T00:00:00Z`) : null;
  return at !== null && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(String(value)) ? null : "must be a day such as 2027-05-31";
};

export const emailRule: Rule = (value) => {
  const broken = textRule(254)(value);
  return broken ?? (/^[^\s@<>"]+@[^\s@<>"]+$/.test(String(value)) ? null : "must be an e-mail address");
};

/** A host name (RFC 1123, underscores tolerated), an IPv4 or an IPv6 address without brackets. */
export const hostRule: Rule = (value) => {
  if (typeof value !== "string") return "must be text";
  if (isIP(value) !== 0) return null;
  // What looks like digits and dots but is no address would be looked up as a name, and found by nobody.
  return hostName.test(value) && !/^[0-9.]+$/.test(value) ? null : "must be a host name or an IP address";
};

/** `host:port`, IPv6 in brackets; port 0 stands for any free port. */
export const bindRule: Rule = (value) => {
  const parts = typeof value === "string" ? /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(value) : null;
  if (parts === null || Number(parts[3]) > 65_535) return "must be HOST:PORT, an IPv6 address in brackets, the port from 0 to 65535";
  const isAddress = parts[1] === undefined ? hostRule(parts[2]) === null : isIP(parts[1]) === 6;
  return isAddress ? null : "must have a host name or an IP address before the port";
};

/** One address or a range in CIDR form. */
export const cidrRule: Rule = (value) => {
  const parts = typeof value === "string" ? /^([0-9A-Fa-f:.]+)(?:\/(\d{1,3}))?$/.exec(value) : null;
  const family = isIP(parts?.[1] ?? "");
  if (family === 0) return "must be an IP address or a range such as 10.0.0.0/8";
  const bitsMax = family === 4 ? 32 : 128;
  return Number(parts?.[2] ?? bitsMax) <= bitsMax ? null : `must have a prefix of at most ${bitsMax} bits`;
};

const macForm = /^(?:[0-9a-f]{12}|(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4})$/i;

/** A MAC in any of the usual spellings. */
export const macRule: Rule = (value) => (typeof value === "string" && macForm.test(value) ? null : "must be a MAC address such as 00:1a:2b:3c:4d:5e");

/** The one spelling in which MACs are kept; what is none stays as it is, for the rule to name. */
export function tidyMac(text: string): string {
  if (macRule(text) !== null) return text;
  return (text.toLowerCase().match(/[0-9a-f]{2}/g) ?? []).join(":");
}

/** Holds each named field against its rule and gives all that break theirs. */
export function checkFields<Row extends object>(row: Row, rules: Partial<Record<keyof Row & string, Rule>>): Invalid | null {
  const broken = (Object.entries(rules) as [keyof Row & string, Rule][]).flatMap(([field, holds]) => {
    const rule = holds(row[field]);
    return rule === null ? [] : [{ field, rule }];
  });
  return invalidAll(broken);
}

/** Whether people take two names for one: they differ in case at most. */
export const isSameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
