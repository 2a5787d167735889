import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { tmpdir } from "node:os";
import type { Variant } from "./variants.ts";

const PRELOAD = new URL("./switch-preload.ts", import.meta.url).href;

/** Switches of all processes that were started with this environment, and of those that they started. */
export class Switches {
  readonly #folder = mkdtempSync(join(tmpdir(), "millrace-switches-"));

  get env(): Readonly<Record<string, string>> {
    return { NODE_OPTIONS: `--import=${PRELOAD}`, MILLRACE_BENCH_SWITCHES: this.#folder };
  }

  turnTo(variant: Variant): Promise<void> {
    return this.#tellAll(`/variant/${variant}`);
  }

  /** Spans that have ended are sent now: they belong to what was done now. */
  flush(): Promise<void> {
    return this.#tellAll("/flush");
  }

  /** Metrics go out now. */
  exportMetrics(): Promise<void> {
    return this.#tellAll("/export");
  }

  /** How many processes listen. */
  get count(): number {
    return readdirSync(this.#folder).length;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #tellAll(path: string): Promise<void> {
    await Promise.all(readdirSync(this.#folder).map((name) => tell(join(this.#folder, name), path)));
  }
}

/** A process that has ended has nothing to switch. */
function tell(socketPath: string, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path }, (response) => response.resume().once("end", resolve));
    call.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED" || error.code === "ENOENT") resolve();
      else reject(error);
    });
    call.end();
  });
}
