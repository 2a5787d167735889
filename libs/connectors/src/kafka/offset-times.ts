/** Times that Kafka takes for the ends of a log. */
export const EARLIEST = -2n;
export const LATEST = -1n;
