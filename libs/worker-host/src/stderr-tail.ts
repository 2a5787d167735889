import { STDERR_LINE_CHARS_MAX, STDERR_LINES_MAX } from "./limits.ts";

/** The last lines that a process wrote to stderr, bounded. */
export class StderrTail {
  #lines: string[] = [];
  #open = "";

  push(text: string): void {
    const lines = (this.#open + text).split("\n");
    this.#open = (lines.pop() ?? "").slice(-STDERR_LINE_CHARS_MAX);
    this.#lines.push(...lines.map((line) => line.slice(0, STDERR_LINE_CHARS_MAX)).filter((line) => line.trim() !== ""));
    this.#lines = this.#lines.slice(-STDERR_LINES_MAX);
  }

  get text(): string {
    return [...this.#lines, ...(this.#open === "" ? [] : [this.#open])].join("\n").trim();
  }
}
