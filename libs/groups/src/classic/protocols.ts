import { assert } from "@millrace/stdx";
import type { Protocol } from "../event.ts";
import { topicsOfSubscription } from "../subscription.ts";
import { type ClassicGroup, type Member, protocolMetadata } from "./group.ts";

/** True if a member with these protocols can live with all that are there. An empty group takes any, but not none, and none without a name: that is how no protocol is written. */
export function supportsProtocols(group: ClassicGroup, protocolType: string, protocols: readonly Protocol[]): boolean {
  if (protocolType === "" || protocols.length === 0 || protocols.some(({ name }) => name === "")) return false;
  if (group.members.size === 0) return true;
  const common = commonProtocols([...group.members.values()]);
  return protocolType === group.protocolType && protocols.some(({ name }) => common.has(name));
}

/** Of the protocols that all support, the one with the most first votes; the longest-standing member's preference decides a draw. */
export function selectProtocol(members: readonly Member[]): string {
  const common = commonProtocols(members);
  const votes = new Map<string, number>();
  for (const { protocols } of members) {
    const vote = protocols.find(({ name }) => common.has(name))?.name;
    if (vote !== undefined) votes.set(vote, (votes.get(vote) ?? 0) + 1);
  }
  const [winner] = [...votes].reduce((best, next) => (next[1] > best[1] ? next : best), ["", 0]);
  assert(winner !== "", "members share a protocol: checked when each joined");
  return winner;
}

/** The same names with the same bytes in the same order. */
export function isSameProtocols(left: readonly Protocol[], right: readonly Protocol[]): boolean {
  if (left.length !== right.length) return false;
  return left.every(({ name, metadata }, index) => name === right[index]?.name && isSameBytes(metadata, right[index].metadata));
}

/**
 * True if a static member that came back changes nothing for the others: the same protocol wins, and it wants the same topics. Bytes are not compared for
 * consumers: they also say what the member owned, which a restarted one has forgotten, and no static member could ever come back unnoticed.
 */
export function isSameSubscription(group: ClassicGroup, before: Member, after: Member): boolean {
  if (selectProtocol([...group.members.values()]) !== group.protocolName) return false;
  const [old, now] = [protocolMetadata(before, group.protocolName), protocolMetadata(after, group.protocolName)];
  const [oldTopics, newTopics] = group.protocolType === "consumer" ? [topicsOfSubscription(old), topicsOfSubscription(now)] : [];
  if (oldTopics === undefined || newTopics === undefined) return isSameBytes(old, now);
  return oldTopics.toSorted().join() === newTopics.toSorted().join(); // topic names hold no comma
}

/** Topics that live members of a consumer group read; undefined if some member's subscription says nothing. */
export function subscribedTopics(group: ClassicGroup): ReadonlySet<string> | undefined {
  const topics = new Set<string>();
  for (const member of group.members.values()) {
    const name = group.protocolName ?? member.protocols[0]?.name;
    const subscription = topicsOfSubscription(protocolMetadata(member, name));
    if (subscription === undefined) return undefined;
    for (const topic of subscription) topics.add(topic);
  }
  return topics;
}

function commonProtocols(members: readonly Member[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const { protocols } of members)
    for (const name of new Set(protocols.map((each) => each.name))) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count === members.length).map(([name]) => name));
}

function isSameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
