import { type Assignor, inOrder } from "./assignor.ts";

/** Per topic, a contiguous range for each subscriber: topics with equal partition counts land together, so that they can be joined. */
export const assignRange: Assignor = (members, topics) => {
  const ordered = inOrder(members);
  const result = new Map<string, Map<string, number[]>>(ordered.map(({ memberId }) => [memberId, new Map()]));
  for (const [topic, count] of topics) {
    const subscribers = ordered.filter((member) => member.topics.has(topic));
    const [size, extra] = subscribers.length === 0 ? [0, 0] : [Math.floor(count / subscribers.length), count % subscribers.length];
    let start = 0;
    for (const [index, { memberId }] of subscribers.entries()) {
      const length = size + (index < extra ? 1 : 0);
      if (length > 0)
        result.get(memberId)?.set(
          topic,
          Array.from({ length }, (_, step) => start + step),
        );
      start += length;
    }
  }
  return result;
};
