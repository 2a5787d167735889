import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { HolderProcess } from "@millrace/testkit";

/** Starts test/holder.ts as a process of its own, with the given arguments. */
export function spawnHolder(args: readonly string[]): HolderProcess {
  const script = fileURLToPath(new URL("./holder.ts", import.meta.url));
  const child: ChildProcess = spawn(process.execPath, ["--conditions=@millrace/source", script, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error("child has no pipes");
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  return {
    async nextLine() {
      const line = await lines.next();
      return line.done === true ? "(process ended)" : line.value;
    },
    send: (line) => void stdin.write(`${line}\n`),
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}
