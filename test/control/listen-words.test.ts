import { expect, test } from "bun:test";
import { addressRule } from "../../src/control/listen-words.ts";

test.each([
  ["EACCES", 80, "needs the right to use ports below 1024"],
  ["EACCES", 8080, "may not be listened on by this user"],
  ["EINVAL", 1, "is not an address of this machine"],
  [null, 1, "is not an address of this machine"],
  ["EMFILE", 1, "cannot be listened on (EMFILE)"],
])("the system's %s at port %d in words", (code, port, words) => expect(addressRule(code, port)).toBe(words));
