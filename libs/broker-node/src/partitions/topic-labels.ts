const labels = new Map<string, { readonly topic: string }>();
const TOPICS_MAX = 10_000;

/** The labels of a topic's metrics: one object for all of its partitions, which the metrics know again without looking into it. */
export function topicLabels(topic: string): { readonly topic: string } {
  let known = labels.get(topic);
  if (known === undefined) {
    if (labels.size >= TOPICS_MAX) labels.clear();
    labels.set(topic, (known = { topic }));
  }
  return known;
}
