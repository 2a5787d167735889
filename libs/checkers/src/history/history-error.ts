/** A history that breaks its own rules: the harness that wrote it is wrong, and no verdict is possible. Names the line. */
export class HistoryError extends Error {
  constructor(line: number, message: string) {
    super(`line ${line} of the history: ${message}`);
    this.name = "HistoryError";
  }
}
