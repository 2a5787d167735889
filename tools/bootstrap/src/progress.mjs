const repeatMs = 15_000;

/**
 * One line about a long step: rewritten each second on a terminal, repeated now and then in a log.
 *
 * @param {string} what
 */
export function createProgress(what) {
  const startedMs = performance.now();
  const isTerminal = process.stderr.isTTY === true;
  const seconds = () => `${Math.round((performance.now() - startedMs) / 1000)} s`;
  const line = (/** @type {string} */ end) => process.stderr.write(isTerminal ? `\r\x1b[2K${what} ${end}` : `${what} ${end}\n`);
  line("…");
  const timer = setInterval(() => line(`… ${seconds()}`), isTerminal ? 1000 : repeatMs);
  timer.unref();
  return {
    /** @param {boolean} ok */
    end(ok) {
      clearInterval(timer);
      line(`${ok ? "done" : "failed"} after ${seconds()}${isTerminal ? "\n" : ""}`);
    },
  };
}
