import { startPool } from "../../src/simulate/pool.ts";

/** What the pool tells: where it listens, once, and each account that logs in. */
export type PoolTells = { port: number } | { name: string };
/** What it is told to be from now on. */
export type PoolIsTold = "well" | "corrupt" | "refuse";

/** What no pool should say, and bytes that no line is made of. */
const rubbish: readonly string[] = [
  "HTTP/1.1 400 Bad Request\r\n\r\n",
  '{"id":null,"method":"mining.notify","params":["zz",',
  '{"id":null,"method":"mining.notify","params":["1","00","","",[],"","","",true]}\n',
  '{"id":null,"method":"mining.set_difficulty","params":["NaN"]}\n',
  '{"id":null,"method":"mining.set_difficulty","params":[-1]}\n',
  '{"id":99999999,"result":{"a":[[[[]]]]},"error":null}\n',
  '{"id":null,"method":"mining.set_extranonce","params":["xyz",-4]}\n',
  "\u0000\u0001\ufffd\ufffd\n",
  `${"a".repeat(70_000)}\n`,
  "[]\n{}\nnull\n",
];
const rubbishEveryMs = 400;

/** `chaos-pool-child.ts PORT DIFFICULTY`: a simulated pool in a process of its own, so that it can be killed and stopped in truth. */
function serve([port = "0", difficulty = "1e-6"]: readonly string[]): void {
  const tell = (message: PoolTells) => process.send?.(message);
  const names = new Set<string>();
  const pool = startPool({
    port: Number(port),
    difficulty: Number(difficulty),
    jobEveryMs: 5_000,
    authorizes(user) {
      if (!names.has(user)) tell({ name: user });
      names.add(user);
      return true;
    },
  });
  let isCorrupt = false;
  let spoken = 0;
  setInterval(() => {
    if (!isCorrupt) return;
    for (const connection of pool.connections) connection.say(rubbish[spoken % rubbish.length] ?? "");
    spoken += 1;
  }, rubbishEveryMs);
  process.on("message", (told: PoolIsTold) => {
    isCorrupt = told === "corrupt";
    pool.setRejectRatio(told === "refuse" ? 1 : 0);
  });
  // Nobody is left who could end it.
  process.on("disconnect", () => process.exit(0));
  tell({ port: pool.port });
}

serve(process.argv.slice(2));
