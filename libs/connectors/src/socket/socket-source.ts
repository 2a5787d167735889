import type { ConnectorOptions, PositionRange, SourceElements, SplitReader, StreamSource } from "@millrace/ports";
import { SOCKET_LINES_KEPT_MAX, SOCKET_TEXT_KEPT_MAX } from "../limits.ts";
import { Options } from "../options.ts";
import { LineSocket, type SocketAddress } from "./line-socket.ts";

/** Where to connect to. */
export function socketAddress(options: ConnectorOptions): SocketAddress {
  const read = new Options("socket", options, ["host", "port"]);
  return { host: read.text("host"), port: read.whole("port") };
}

/**
 * Lines that a TCP server sends, kept in memory until a batch has read them: at most once. A step is a line. Lines that a worker had received when it died are gone, those of recorded batches
 * too: reading such a range again gives nothing.
 */
export function socketSource(options: ConnectorOptions): StreamSource<string> {
  const address = socketAddress(options);
  return { open: () => Promise.resolve(new SocketReader(address)) };
}

class SocketReader implements SplitReader<string> {
  readonly #socket: LineSocket;
  #lines: string[] = [];
  /** Position of the first of them; unknown until the job has asked, after all that was recorded before was read again. */
  #first: number | undefined;
  #length = 0;
  #failure: Error | undefined;

  constructor(address: SocketAddress) {
    this.#socket = new LineSocket(address, {
      onLines: (lines) => this.#keep(lines),
      onFailure: (error) => (this.#failure = error),
    });
  }

  /** What lies before the position was read, and is forgotten. */
  available(position: number): Promise<{ readonly end: number }> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    for (const line of this.#lines.splice(0, position - (this.#first ?? position))) this.#length -= line.length;
    this.#first = position;
    if (!this.#isFull) this.#socket.resume();
    return Promise.resolve({ end: position + this.#lines.length });
  }

  async *read({ start, end }: PositionRange): AsyncGenerator<SourceElements<string>, void, undefined> {
    const first = this.#first ?? end;
    const elements = this.#lines.slice(Math.max(0, start - first), Math.max(0, end - first));
    if (elements.length > 0) yield await Promise.resolve({ position: Math.max(start, first), elements });
  }

  close(): Promise<void> {
    return this.#socket.close();
  }

  get #isFull(): boolean {
    return this.#lines.length >= SOCKET_LINES_KEPT_MAX || this.#length >= SOCKET_TEXT_KEPT_MAX;
  }

  #keep(lines: readonly string[]): void {
    for (const line of lines) {
      this.#lines.push(line);
      this.#length += line.length;
    }
    if (this.#isFull) this.#socket.pause();
  }
}
