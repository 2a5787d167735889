import {
  CONSUMER_HEARTBEAT_INTERVAL_MS,
  CONSUMER_SESSION_TIMEOUT_MS,
  GROUP_SIZE_MAX,
  INITIAL_REBALANCE_DELAY_MS,
  OFFSETS_EXPIRY_INTERVAL_MS,
  OFFSETS_RETENTION_MS,
  SESSION_TIMEOUT_MS_MAX,
  SESSION_TIMEOUT_MS_MIN,
} from "./limits.ts";

/** What an operator may change about groups; names on the outside are Kafka's `group.*` and `offsets.*`. */
export interface GroupSettings {
  readonly initialRebalanceDelayMs: number;
  readonly sessionTimeoutMsMin: number;
  readonly sessionTimeoutMsMax: number;
  readonly groupSizeMax: number;
  readonly offsetsRetentionMs: number;
  readonly offsetsExpiryIntervalMs: number;
  readonly consumerHeartbeatIntervalMs: number;
  readonly consumerSessionTimeoutMs: number;
}

/** Kafka's defaults, but for the size of a group, which has a bound here. */
export const GROUP_SETTINGS_DEFAULT: GroupSettings = {
  initialRebalanceDelayMs: INITIAL_REBALANCE_DELAY_MS,
  sessionTimeoutMsMin: SESSION_TIMEOUT_MS_MIN,
  sessionTimeoutMsMax: SESSION_TIMEOUT_MS_MAX,
  groupSizeMax: GROUP_SIZE_MAX,
  offsetsRetentionMs: OFFSETS_RETENTION_MS,
  offsetsExpiryIntervalMs: OFFSETS_EXPIRY_INTERVAL_MS,
  consumerHeartbeatIntervalMs: CONSUMER_HEARTBEAT_INTERVAL_MS,
  consumerSessionTimeoutMs: CONSUMER_SESSION_TIMEOUT_MS,
};
