import type { FetchRequest } from "@millrace/kafka-wire";
import type { Random } from "@millrace/ports";
import { FETCH_SESSION_PARTITIONS_MAX, FETCH_SESSIONS_MAX } from "../limits.ts";
import { KafkaError } from "./error-codes.ts";
import { FetchSession } from "./fetch-session.ts";

/** What a Fetch request is about: all that it names, what its session follows, or nothing, as its session is not here. */
export type FetchScope =
  | { readonly kind: "full"; readonly session: FetchSession | undefined }
  | { readonly kind: "incremental"; readonly session: FetchSession }
  | { readonly kind: "refused"; readonly errorCode: number };

const EPOCH_CREATE = 0;
const EPOCH_CLOSE = -1;

/** The fetch sessions of all clients, bounded in number and in partitions: the one that was used longest ago makes room (G19). */
export class FetchSessions {
  readonly #random: Random;
  readonly #sessionsMax: number;
  readonly #partitionsMax: number;
  /** Last used last. */
  readonly #sessions = new Map<number, FetchSession>();
  #partitionCount = 0;

  constructor(random: Random, bounds: { readonly sessionsMax?: number; readonly partitionsMax?: number } = {}) {
    this.#random = random;
    this.#sessionsMax = bounds.sessionsMax ?? FETCH_SESSIONS_MAX;
    this.#partitionsMax = bounds.partitionsMax ?? FETCH_SESSION_PARTITIONS_MAX;
  }

  get size(): number {
    return this.#sessions.size;
  }

  get partitionCount(): number {
    return this.#partitionCount;
  }

  /** Finds, makes, changes or closes the session that a request speaks of. */
  resolve(request: FetchRequest, usesTopicIds: boolean): FetchScope {
    const { sessionId, sessionEpoch } = request;
    if (sessionEpoch === EPOCH_CREATE || sessionEpoch === EPOCH_CLOSE) {
      this.#remove(this.#sessions.get(sessionId));
      return { kind: "full", session: sessionEpoch === EPOCH_CREATE ? this.#create(request, usesTopicIds) : undefined };
    }
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return { kind: "refused", errorCode: KafkaError.FETCH_SESSION_ID_NOT_FOUND };
    if (session.usesTopicIds !== usesTopicIds) return { kind: "refused", errorCode: KafkaError.FETCH_SESSION_TOPIC_ID_ERROR };
    if (session.epoch !== sessionEpoch) return { kind: "refused", errorCode: KafkaError.INVALID_FETCH_SESSION_EPOCH };
    this.#partitionCount -= session.size;
    session.update(request);
    session.advance();
    this.#partitionCount += session.size;
    this.#sessions.delete(sessionId);
    this.#sessions.set(sessionId, session);
    this.#makeRoom(session);
    return { kind: "incremental", session };
  }

  /** undefined, so that the client goes on with whole requests: it follows more than all sessions may. */
  #create(request: FetchRequest, usesTopicIds: boolean): FetchSession | undefined {
    const session = new FetchSession(this.#newId(), usesTopicIds);
    session.update(request);
    if (session.size > this.#partitionsMax) return undefined;
    this.#sessions.set(session.id, session);
    this.#partitionCount += session.size;
    this.#makeRoom(session);
    return session;
  }

  #makeRoom(spared: FetchSession): void {
    for (const session of this.#sessions.values()) {
      if (this.#sessions.size <= this.#sessionsMax && this.#partitionCount <= this.#partitionsMax) return;
      if (session !== spared) this.#remove(session);
    }
    // One session alone is over the bound: it is answered once more, and not known the next time.
    if (this.#partitionCount > this.#partitionsMax) this.#remove(spared);
  }

  #remove(session: FetchSession | undefined): void {
    if (session === undefined || !this.#sessions.delete(session.id)) return;
    this.#partitionCount -= session.size;
  }

  /** By chance: after a restart an id of the time before should meet nobody, and no client another one's session. */
  #newId(): number {
    let id = 0;
    while (id === 0 || this.#sessions.has(id)) id = Math.floor(this.#random.next() * ID_END);
    return id;
  }
}

const ID_END = 2_147_483_648;
