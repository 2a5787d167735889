import { join } from "node:path";
import { WorkerProcess } from "../foreign/worker-process.ts";
import type { Workers } from "../foreign/install-workers.ts";
import { check, type Figures } from "../scenario.ts";
import { waitFor } from "../system/wait-for.ts";

interface Progress {
  readonly acked: readonly number[];
  readonly longestMs: readonly number[];
}

interface Found {
  readonly failures: readonly string[];
  readonly unsent: number;
  readonly records: number;
  readonly lost: number;
  readonly doubled: number;
  readonly reordered: number;
}

const READ_MS_MAX = 240_000;
const MOVES_MS_MAX = 60_000;

/** librdkafka writing numbers to every partition with acks=all, and reading all of them at the end. */
export class NumberedLoad {
  readonly #process: WorkerProcess;
  #acked: readonly number[] = [];
  #longestMs: number[] = [];
  #found: Found | undefined;

  constructor({ python, folder }: Workers, of: { address: string; topic: string; partitions: number; logFile: string }) {
    this.#process = new WorkerProcess({
      name: "numbered-load",
      program: python,
      args: [join(folder, "numbered_load.py"), of.address, of.topic, String(of.partitions)],
      folder,
      logFile: of.logFile,
      onLine: (line) => this.#heard(JSON.parse(line) as Progress | (Found & { readonly done: true })),
    });
  }

  get total(): number {
    return this.#acked.reduce((sum, count) => sum + count, 0);
  }

  /** Longest that a partition stood still since the last call. */
  takeWorstMs(): number {
    const worst = Math.max(0, ...this.#longestMs);
    this.#longestMs = [];
    return worst;
  }

  /** Resolves when every partition has acknowledged more. */
  async goesOn(): Promise<void> {
    const before = this.#acked;
    const isOn = () => this.#acked.length > 0 && this.#acked.every((count, partition) => count > (before[partition] ?? 0) + 20);
    await waitFor("every partition acknowledges", MOVES_MS_MAX, () => Promise.resolve(isOn() ? true : undefined));
  }

  /** Ends the writing; everything must be there once and in order. */
  async finish(): Promise<Figures> {
    this.#process.signal("SIGUSR1");
    const found = await waitFor("everything read", READ_MS_MAX, () => Promise.resolve(this.#found));
    await this.#process.exited;
    check(found.failures.length === 0 && found.unsent === 0, `writes failed: ${found.unsent} unsent, ${found.failures.join("; ")}`);
    const { records, lost, doubled, reordered } = found;
    check(lost + doubled + reordered === 0, `${lost} lost, ${doubled} doubled, ${reordered} reordered of ${records}`);
    return { records, lost, doubled, reordered };
  }

  async stop(): Promise<void> {
    await this.#process.kill();
  }

  #heard(line: Progress | (Found & { readonly done: true })): void {
    if ("done" in line) this.#found = line;
    else {
      this.#acked = line.acked;
      this.#longestMs = line.longestMs.map((ms, partition) => Math.max(ms, this.#longestMs[partition] ?? 0));
    }
  }
}
