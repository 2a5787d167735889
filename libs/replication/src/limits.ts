/** Kafka's replica.lag.time.max.ms is 30 s; here a follower that is dead is fenced by its session within 3 s, so this is for one that lives and does not keep up. */
export const REPLICA_LAG_MS_MAX = 10_000;

/** A wish for another in-sync set that was refused is not repeated sooner: what stood against it (a fenced follower, say) takes a heartbeat to change. */
export const WISH_AGAIN_MS = 500;
