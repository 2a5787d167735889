import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "@jest/globals";

const forward = new URL("child.mjs", import.meta.url).href;

/** Starts a process that runs `script` through runForwarding, as npm would see it. */
function start(script: string): ReturnType<typeof spawn> {
  const outer = `import { runForwarding } from ${JSON.stringify(forward)};
    await runForwarding(process.execPath, ["-e", ${JSON.stringify(script)}], process.env);`;
  return spawn(process.execPath, ["--input-type=module", "-e", outer], { stdio: ["ignore", "pipe", "inherit"] });
}

describe("runForwarding", () => {
  it("ends with the exit code of the program", async () => {
    const [code] = (await once(start("process.exit(7)"), "close")) as [number];
    expect(code).toBe(7);
  });

  it("passes SIGTERM on and waits for an orderly end", async () => {
    const child = start("process.on('SIGTERM', () => process.exit(3)); console.log('up'); setInterval(() => {}, 1000)");
    if (child.stdout === null) throw new Error("no output to wait for");
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    const [code] = (await once(child, "close")) as [number];
    expect(code).toBe(3);
  });

  it("ends by the signal that ended the program", async () => {
    const [, signal] = (await once(start("process.kill(process.pid, 'SIGKILL')"), "close")) as [number | null, string];
    expect(signal).toBe("SIGKILL");
  });
});
