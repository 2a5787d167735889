import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** A service as users start it, with its log lines. */
export class ServiceProcess {
  readonly #child;
  readonly exited: Promise<number | null>;
  output = "";

  constructor(app: string, flags: readonly string[]) {
    const main = join(import.meta.dirname, `../../${app}/src/main.ts`);
    this.#child = spawn(process.execPath, ["--conditions=@millrace/source", main, ...flags], { env: withoutSettings(process.env) });
    this.#child.stderr.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    this.exited = once(this.#child, "exit").then(([code]) => code as number | null);
  }

  /** Values of the first log line with this event; throws what the process said if it ends instead. */
  async line(event: string): Promise<Record<string, string>> {
    for (;;) {
      const found = this.output.split("\n").find((line) => line.includes(`"event":"${event}"`));
      if (found !== undefined) return JSON.parse(found) as Record<string, string>;
      const ended = await Promise.race([once(this.#child.stderr, "data").then(() => false), this.exited.then(() => true)]);
      if (ended && !this.output.includes(`"event":"${event}"`)) throw new Error(`process ended: ${this.output}`);
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

/** Nothing but the flags decides how the service runs: whoever runs the tests may have settings of another cluster exported. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("MILLRACE_")));
}
