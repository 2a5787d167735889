/** A client's connection, as a handler of frames sees it. */
export interface KafkaConnection {
  /** Unique among the connections of this process. */
  readonly id: number;
  /** host:port of the client. */
  readonly peer: string;
  /** Aborted when the connection is gone: nobody waits for the answers any more. */
  readonly signal: AbortSignal;
  /** Runs once when the answer to the latest request under way has left this process, or the connection is gone: until then the answer's memory is held. */
  afterSent?(run: () => void): void;
  /** Cuts the connection, unsent answers included; the reason is logged. */
  cut?(reason: unknown): void;
}

/** What a request is answered with. */
export interface KafkaAnswer {
  /** A whole frame, size included, for one writev. */
  readonly parts: readonly Uint8Array[];
  /** Called when the system has taken every part, so that their memory may be used again; never called if the connection breaks before. */
  readonly onSent?: (() => void) | undefined;
}

/** One request, for its handler. Answered or failed once, at any time; what comes after that counts for nothing. */
export interface KafkaRequest {
  /** Without its size. Only until the handler returns, unless it is kept: its memory is that of the next read. */
  readonly frame: Uint8Array;
  /** The frame in memory that nobody writes to any more, for whoever looks at it after the handler has returned. Called before that. */
  keep(): Uint8Array;
  /** `undefined`: nothing is sent (Produce with acks=0). */
  answer(answer: KafkaAnswer | undefined): void;
  /** Closes the connection after the answers before; the reason is logged. */
  fail(error: unknown): void;
}

/**
 * Handles the requests of one connection. Called in the order of the frames, without waiting for earlier answers: what must happen in order is begun before it
 * returns, or is put behind what came before. Answers are sent in the order of the requests whichever is ready first. What it throws fails the request.
 */
export type KafkaFrameHandler = (request: KafkaRequest) => void;

/** Makes the handler of each new connection. */
export type KafkaConnectionHandler = (connection: KafkaConnection) => KafkaFrameHandler;

/** A listener for clients that speak Kafka's protocol. Frames come without their size. */
export interface KafkaListener {
  listen(address: string, onConnection: KafkaConnectionHandler): Promise<KafkaServer>;
}

export interface KafkaServer {
  /** host:port that it listens on; the port is the real one when 0 was asked for. */
  readonly address: string;
  /** Takes no new connections or requests, sends the answers of those under way until `deadlineMs` has passed, then cuts what is left. */
  stop(options: { deadlineMs: number }): Promise<void>;
}
