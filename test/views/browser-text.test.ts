import { expect, test } from "bun:test";
import { browserText } from "../../views/parts/session-list.tsx";

const webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";

test("a session is told by browser and system, whatever else they claim to be", () => {
  const agents = {
    "Chrome on Windows": `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/156.0.0.0 Safari/537.36`,
    "Edge on Windows": `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0`,
    "Chrome on Android": `Mozilla/5.0 (Linux; Android 16; Pixel 9) ${webkit} Chrome/156.0.0.0 Mobile Safari/537.36`,
    "Safari on iPhone": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile Safari/604.1",
    "Firefox on Linux": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "curl/8.14": "curl/8.14",
  };
  for (const [words, agent] of Object.entries(agents)) expect(browserText(agent)).toBe(words);
  expect(browserText(`<b>${"x".repeat(200)}`)).toHaveLength(80);
});
