import type { Socket } from "node:net";
import { JOINED_ANSWERS_BYTES_MAX } from "./limits.ts";
import type { Request } from "./request.ts";

/** Writes the answers of requests, in their order, by one system call if the system takes it. */
export function sendAnswers(socket: Socket, requests: readonly Request[]): void {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  let isAwaited = false;
  for (const { parts: own, onSent, afterSent } of requests) {
    for (const part of own) {
      parts.push(part);
      bytes += part.length;
    }
    if (onSent !== undefined || afterSent !== undefined) isAwaited = true;
  }
  const last = parts.pop();
  if (last === undefined) {
    for (const { afterSent } of requests) afterSent?.();
    return;
  }
  const taken = isAwaited ? (error?: Error | null) => tell(requests, error) : undefined;
  if (parts.length === 0) socket.write(last, taken);
  else if (bytes <= JOINED_ANSWERS_BYTES_MAX) socket.write(Buffer.concat([...parts, last], bytes), taken);
  else {
    // Written in order: when the last part was taken, so were those before.
    socket.cork();
    for (const part of parts) socket.write(part);
    socket.write(last, taken);
    socket.uncork();
  }
}

function tell(requests: readonly Request[], error: Error | null | undefined): void {
  for (const { parts, onSent, afterSent } of requests) {
    if (!error && parts.length > 0) onSent?.();
    afterSent?.();
  }
}
