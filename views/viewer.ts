/** Who looks, and in whose time: what every page of a signed-in person needs. */
export type Viewer = {
  email: string;
  role: string;
  /** May change rigs, pools and profiles (owner and operator). */
  mayWrite: boolean;
  farmName: string;
  /** IANA name of the zone in which times are shown: the reader's own choice, else the farm's. */
  zone: string;
  /** Whether single keys are commands. */
  singleKeys: boolean;
  nowMs: number;
  /** Goes into every form as `_csrf`. */
  csrf: string;
  /** A warning for every page, e.g. about plain HTTP beyond this machine; null = none. */
  warning: string | null;
};

/** The clock of a fragment: what it takes to print a time. */
export type Clock = { nowMs: number; zone: string };

/** Addresses of the style sheet and the script; they change with the content, so that browsers may keep them for ever. */
export type AssetUrls = { css: string; js: string; icon: string };
