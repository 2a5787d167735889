import colors from "picocolors";

const TTY_INTERVAL_MS = 100;
const PLAIN_INTERVAL_MS = 2_000;

/** A line that is written over on a terminal, and now and then a line elsewhere. Silent with `--json`. */
export class Progress {
  readonly #silent: boolean;
  readonly #interactive = process.stderr.isTTY;
  #lastMs = 0;

  constructor(options: { silent: boolean }) {
    this.#silent = options.silent;
  }

  /** A step begins or something is worth keeping on the screen. */
  say(text: string): void {
    if (this.#silent) return;
    process.stderr.write(this.#interactive ? `\r\u001b[K${text}\n` : `${text}\n`);
  }

  /** What is going on now; dropped when the last one was just shown. */
  update(text: string): void {
    const now = performance.now();
    if (this.#silent || now - this.#lastMs < (this.#interactive ? TTY_INTERVAL_MS : PLAIN_INTERVAL_MS)) return;
    this.#lastMs = now;
    process.stderr.write(this.#interactive ? `\r\u001b[K  ${colors.dim(text)}` : `  ${text}\n`);
  }
}
