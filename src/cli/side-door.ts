import { closeSync, existsSync, openSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type LedgerDesk, openDesk } from "../ledger/desk.ts";
import { FolderInUse } from "../ledger/folder-lock.ts";
import { inDataFolder } from "./data-folder.ts";
import { reasonOf } from "./places.ts";

/**
 * The door for an operator's commands beside a running hub: HTTP on a socket in the data folder that only its owner may use. DuckDB's file has one
 * process, so commands ask the hub for what is in it.
 */
const socketName = "hub.sock";
/** A unix socket's path takes 107 bytes. */
const pathBytesMax = 107;

type Question = "report" | "tally" | "export";

/** How a desk is asked over the door. Whole numbers beyond doubles travel as `{"$whole":"…"}`. */
const toText = (value: unknown): string => JSON.stringify(value, (_, one) => (typeof one === "bigint" ? { $whole: String(one) } : one));
const fromText = (text: string): unknown => JSON.parse(text, (_, one) => (typeof one?.$whole === "string" ? BigInt(one.$whole) : one));

/** Opens the door of a hub that has the data folder; `close` takes it away. @throws Error when the socket can't be made */
export function openSideDoor(dataDir: string, desk: Omit<LedgerDesk, "close">): { close: () => Promise<void> } {
  const place = shortPath(dataDir);
  // What a killed hub left behind: the folder is locked by us, so nobody listens on it.
  rmSync(place.path, { force: true });
  const before = process.umask(0o177);
  try {
    const server = Bun.serve({
      unix: place.path,
      fetch(request, own) {
        // Counting takes as long as it takes.
        own.timeout(request, 0);
        return answer(request, desk);
      },
    });
    return {
      async close() {
        await server.stop(true);
        rmSync(place.path, { force: true });
        place.release();
      },
    };
  } finally {
    process.umask(before);
  }
}

async function answer(request: Request, desk: Omit<LedgerDesk, "close">): Promise<Response> {
  const question = new URL(request.url).pathname.slice(1);
  try {
    if (question === "report") return new Response(toText(await desk.report()));
    if (question === "tally") return new Response(toText(await desk.tally(fromText(await request.text()) as Parameters<LedgerDesk["tally"]>[0])));
    if (question === "export") return new Response(toText(await desk.exportTo(fromText(await request.text()) as Parameters<LedgerDesk["exportTo"]>[0])));
    return new Response(`this hub does not know ${question}`, { status: 404 });
  } catch (error) {
    return new Response(messageOf(error), { status: 500 });
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A hub runs on this folder and answers; or none does, and the files are opened here. */
export type FoundDesk = LedgerDesk & { hubRuns: boolean };

/** @throws Error that names --data where the folder cannot be looked into, or has nothing of a hub */
export function refuseNoHub(dataDir: string): void {
  try {
    if (readdirSync(dataDir).includes("journal")) return;
  } catch (error) {
    if (existsSync(dataDir)) throw new Error(`--data: ${dataDir} cannot be read (${reasonOf(error)})`);
  }
  throw new Error(`--data: ${dataDir} holds no data of a hub`);
}

/** @throws Error that names --data where the folder has nothing of a hub, or has one that doesn't answer */
export async function findDesk(dataDir: string): Promise<FoundDesk> {
  refuseNoHub(dataDir);
  const place = shortPath(dataDir);
  try {
    if (existsSync(place.path) && (await listens(place.path))) return { ...askedDesk(place.path, place.release), hubRuns: true };
  } catch (error) {
    place.release();
    throw error;
  }
  place.release();
  try {
    return { ...(await inDataFolder(dataDir, () => openDesk(dataDir))), hubRuns: false };
  } catch (error) {
    const inUse = error instanceof Error && error.cause instanceof FolderInUse;
    if (inUse) throw new Error(`${error.message}, and it does not answer on ${socketName} (it may be starting; try again)`);
    throw error;
  }
}

async function listens(path: string): Promise<boolean> {
  try {
    const socket = await Bun.connect({ unix: path, socket: { data() {} } });
    socket.end();
    return true;
  } catch {
    return false;
  }
}

function askedDesk(path: string, release: () => void): LedgerDesk {
  const ask = async <Value>(question: Question, content: unknown): Promise<Value> => {
    const response = await fetch(`http://hub/${question}`, { unix: path, method: "POST", body: toText(content), signal: null });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return fromText(text) as Value;
  };
  return {
    report: () => ask("report", null),
    tally: (question) => ask("tally", question),
    exportTo: (question) => ask("export", question),
    close: () => {
      release();
      return Promise.resolve();
    },
  };
}

/** Where the folder's own path is too long for a socket, the kernel's name for it is not. */
function shortPath(dataDir: string): { path: string; release: () => void } {
  const path = join(dataDir, socketName);
  if (Buffer.byteLength(path) <= pathBytesMax) return { path, release: () => {} };
  const folder = openSync(dataDir, "r");
  return { path: `/proc/self/fd/${folder}/${socketName}`, release: () => closeSync(folder) };
}
