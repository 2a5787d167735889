import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const LINES = 40;
const PAUSE_MS = 100;

/** Lets files of numbers appear in a folder, in order, as a careful writer does: under a hidden name first, then renamed. */
export class FileWriter {
  readonly #folder: string;
  #next = 0;
  #files = 0;
  #isOver = false;
  #running: Promise<void> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get files(): number {
    return this.#files;
  }

  async start(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    this.#running = this.#run();
    this.#running.catch(() => undefined); // thrown by stop
  }

  /** Begins nothing more. */
  end(): void {
    this.#isOver = true;
  }

  /** How many numbers there are. */
  async stop(): Promise<number> {
    this.end();
    await this.#running;
    return this.#next;
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      const lines = Array.from({ length: LINES }, () => `${this.#next++}\n`);
      const name = `${String(this.#files++).padStart(6, "0")}.jsonl`;
      await writeFile(join(this.#folder, `.${name}`), lines.join(""));
      await rename(join(this.#folder, `.${name}`), join(this.#folder, name));
      await delay(PAUSE_MS);
    }
  }
}
