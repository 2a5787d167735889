import type { Random } from "@millrace/ports";

/** A random id as clients print them. */
export function freshUuid(random: Random): string {
  const hex = random.hex(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The host of a client's address as Kafka shows it: behind a slash. */
export function clientHostOf(peer: string): string {
  return `/${peer.slice(0, peer.lastIndexOf(":"))}`;
}
