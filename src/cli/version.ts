import type { Command } from "./command.ts";
import { productName, productVersion } from "./product.ts";

export const version: Command = {
  name: "version",
  summary: "Prints the version, and what it runs on.",
  flags: [],
  run(_, { console }) {
    console.out(`${productName} ${productVersion} (Bun ${Bun.version}, ${process.platform}-${process.arch})\n`);
    return 0;
  },
};
