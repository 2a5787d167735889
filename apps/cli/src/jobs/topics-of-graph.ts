import { deadLetterTopicOf, type JobGraph } from "@millrace/model";

/** Topics of the cluster that a job reads and writes by name, each once: what must be there before it runs. */
export function topicsOfGraph({ operators }: JobGraph): readonly string[] {
  const names = operators.flatMap((operator) => {
    if (operator.kind === "sink") return operator.sink.type === "topic" ? [operator.sink.topic] : [];
    if (operator.kind !== "source") return [];
    const { source } = operator;
    const deadLetters = deadLetterTopicOf(source);
    return [...(source.type === "topic" ? [source.topic] : []), ...(deadLetters === undefined ? [] : [deadLetters])];
  });
  return [...new Set(names)];
}
