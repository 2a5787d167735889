import { AppError } from "@millrace/model";

/** Reasons to close a connection, and not to listen. */
export const netErrors = {
  frameSize: (sizeBytes: number): AppError =>
    new AppError({
      kind: "invalid",
      code: "bad-frame-size",
      message: "the size of a frame is 1 to 104857600: the client does not speak Kafka's protocol here, or speaks TLS",
      context: { sizeBytes },
    }),
  stalled: (stallMs: number): AppError =>
    new AppError({
      kind: "exhausted",
      code: "client-does-not-read",
      message: "the client left an answer unread for too long",
      context: { stallMs },
    }),
  portInUse: (address: string, cause: unknown): AppError =>
    new AppError({
      kind: "conflict",
      code: "port-in-use",
      message: "another process listens on this address: stop it, or choose another port",
      context: { address },
      cause,
    }),
  cannotListen: (address: string, cause: unknown): AppError =>
    new AppError({
      kind: "invalid",
      code: "cannot-listen",
      message: "cannot listen on this address: check that host and port are this machine's to use",
      context: { address },
      cause,
    }),
};
