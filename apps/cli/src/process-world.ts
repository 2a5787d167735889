import type { CliWorld } from "./world.ts";

const INTERRUPTED_EXIT_CODE = 130;

/** The process this runs in. Ctrl-C (or SIGTERM) aborts `interrupt` once; a second one ends the process at once. */
export function processWorld(): CliWorld {
  const interrupt = new AbortController();
  let progressLength = 0;
  const isTerminal = process.stderr.isTTY;
  const progress = (text: string): void => {
    if (!isTerminal || (text === "" && progressLength === 0)) return;
    const shown = text.slice(0, Math.max(process.stderr.columns - 1, 20));
    process.stderr.write(`\r${shown.padEnd(progressLength)}${text === "" ? "\r" : ""}`);
    progressLength = shown.length;
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (interrupt.signal.aborted) process.exit(INTERRUPTED_EXIT_CODE);
      interrupt.abort();
    });
  }
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0); // the reader has seen enough: `millrace consume … | head`
    throw error;
  });
  return {
    env: process.env,
    folder: process.cwd(),
    input: process.stdin,
    isInputTerminal: process.stdin.isTTY,
    isTerminal,
    write: (text) => {
      progress("");
      if (process.stdout.write(text)) return Promise.resolve();
      return new Promise((resolve) => process.stdout.once("drain", resolve));
    },
    note: (line) => {
      progress("");
      process.stderr.write(`${line}\n`);
    },
    progress,
    interrupt: interrupt.signal,
    monotonicMs: () => performance.now(),
    wallMs: () => Date.now(),
    connect: async (addresses, options) => (await import("./connect.ts")).connect(addresses, options),
  };
}
