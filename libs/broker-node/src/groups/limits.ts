/** How often the length of the group log is looked at. */
export const GROUP_LOG_CHECK_MS = 30_000;

/** Records below which the group log is left alone: about 10 MB, read in a tenth of a second when a leader takes over. */
export const GROUP_SNAPSHOT_RECORDS_MIN = 100_000;

/** The log is written anew when it has so many records for each live one: the writing costs a tenth of what the commits cost. */
export const GROUP_SNAPSHOT_FACTOR = 10;
