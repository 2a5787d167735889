import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { errors } from "../errors.ts";
import { SOCKET_CONNECT_MS_MAX, SOCKET_LINE_LENGTH_MAX, SOCKET_RECONNECT_MS_MAX, SOCKET_RECONNECT_MS_MIN } from "../limits.ts";

export interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

interface Taker {
  /** Lines in their order, without their ends (LF or CR LF). */
  onLines(lines: readonly string[]): void;
  /** What comes is no text in lines: it is over. */
  onFailure(error: Error): void;
}

/**
 * Lines of UTF-8 that a TCP server sends. A connection that ends or fails, or is not made, is made again, with back-off; what was on its way then is gone. The rest behind the last line
 * end is a line if the server ends the connection in order.
 */
export class LineSocket {
  readonly #address: SocketAddress;
  readonly #taker: Taker;
  readonly #over = new AbortController();
  readonly #running: Promise<void>;
  #socket: Socket | undefined;
  #isPaused = false;
  #delayMs = SOCKET_RECONNECT_MS_MIN;

  constructor(address: SocketAddress, taker: Taker) {
    this.#address = address;
    this.#taker = taker;
    this.#running = this.#run();
  }

  /** The server is left to wait: TCP holds back what it sends. */
  pause(): void {
    this.#isPaused = true;
    this.#socket?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#socket?.resume();
  }

  async close(): Promise<void> {
    this.#over.abort();
    this.#socket?.destroy();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      await this.#connection();
      await delay(this.#delayMs, undefined, { signal }).catch(() => undefined);
      this.#delayMs = Math.min(this.#delayMs * 2, SOCKET_RECONNECT_MS_MAX);
    }
  }

  /** One connection; resolves when it is over, however it came to be. */
  #connection(): Promise<void> {
    const socket = connect({ ...this.#address, timeout: SOCKET_CONNECT_MS_MAX });
    const { promise, resolve } = Promise.withResolvers<void>();
    let rest = "";
    this.#socket = socket;
    socket.setEncoding("utf8");
    socket.on("connect", () => {
      this.#delayMs = SOCKET_RECONNECT_MS_MIN;
      socket.setTimeout(0);
      if (this.#isPaused) socket.pause();
    });
    socket.on("timeout", () => socket.destroy());
    socket.on("error", () => undefined); // `close` follows.
    socket.on("close", () => resolve());
    socket.on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      if (lines.length > 0) this.#taker.onLines(lines.map(withoutCarriageReturn));
      if (rest.length > SOCKET_LINE_LENGTH_MAX) this.#fail(socket);
    });
    socket.on("end", () => {
      if (rest !== "") this.#taker.onLines([withoutCarriageReturn(rest)]);
    });
    return promise;
  }

  #fail(socket: Socket): void {
    const { host, port } = this.#address;
    this.#over.abort();
    socket.destroy();
    this.#taker.onFailure(errors.socketLineTooLong(`${host}:${port}`));
  }
}

function withoutCarriageReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
