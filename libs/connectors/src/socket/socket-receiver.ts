import { toAppError } from "@millrace/model";
import type { ConnectorOptions, OpenReceiver, ReceivedRecords, Receiver } from "@millrace/ports";
import { SOCKET_BYTES_UNDER_WAY_MAX } from "../limits.ts";
import { LineSocket, type SocketAddress } from "./line-socket.ts";
import { socketAddress } from "./socket-source.ts";

/** Lines that a TCP server sends, each written to the topic as it comes. One worker of the job is connected. Lines that were under way to the topic when it died are gone. */
export function socketReceiver(options: ConnectorOptions): Receiver {
  const address = socketAddress(options);
  return { open: (into) => Promise.resolve(into.isFirst ? new SocketLines(address, into) : NOT_CONNECTED) };
}

const NOT_CONNECTED: OpenReceiver = { address: undefined, close: () => Promise.resolve() };
const encoder = new TextEncoder();

class SocketLines implements OpenReceiver {
  readonly address = undefined;
  readonly #into: ReceivedRecords;
  readonly #socket: LineSocket;
  #bytesUnderWay = 0;

  constructor(address: SocketAddress, into: ReceivedRecords) {
    this.#into = into;
    this.#socket = new LineSocket(address, {
      onLines: (lines) => {
        for (const line of lines) void this.#store(encoder.encode(line));
      },
      onFailure: (error) => into.fail(error),
    });
  }

  close(): Promise<void> {
    return this.#socket.close();
  }

  async #store(value: Uint8Array): Promise<void> {
    this.#bytesUnderWay += value.length;
    if (this.#bytesUnderWay >= SOCKET_BYTES_UNDER_WAY_MAX) this.#socket.pause();
    try {
      await this.#into.append({ value });
    } catch (error) {
      this.#into.fail(toAppError(error)); // The lines behind it must not come without it.
    }
    this.#bytesUnderWay -= value.length;
    if (this.#bytesUnderWay < SOCKET_BYTES_UNDER_WAY_MAX / 2) this.#socket.resume();
  }
}
