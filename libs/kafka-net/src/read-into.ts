import { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/** Who reads a socket: it names the memory for the next read, and hears how much of which memory was filled. */
export interface SocketReader {
  target(): Uint8Array;
  received(count: number, memory: Uint8Array): void;
}

interface Handled {
  _handle?: { readonly useUserBuffer?: unknown } | null;
}

/**
 * The socket with reads into memory that its reader names, instead of a fresh 64 KiB for each chunk: half of a broker's cost per byte without disk. Node offers
 * that (`onread`) where a socket is made, and makes the sockets of servers itself: so a second socket takes over the handle of the first, which must not have been
 * read. Where there is no such handle (TLS, another Node) the socket itself is returned, and its chunks are handed on.
 */
export function readInto(socket: Socket, reader: SocketReader): Socket {
  const { _handle: handle } = socket as unknown as Handled;
  if (socket instanceof TLSSocket || typeof handle?.useUserBuffer !== "function") {
    socket.on("data", (chunk: Uint8Array) => reader.received(chunk.length, chunk));
    return socket;
  }
  (socket as unknown as Handled)._handle = null;
  const onread = {
    buffer: () => reader.target(),
    callback(count: number, memory: Uint8Array) {
      reader.received(count, memory);
      return true;
    },
  };
  // `handle` is not in the types: it is how Node makes sockets of accepted connections too.
  const taken = new Socket({ handle, allowHalfOpen: false, onread } as unknown as ConstructorParameters<typeof Socket>[0]);
  taken.once("close", () => socket.destroy()); // the server counts the first one
  return taken;
}
