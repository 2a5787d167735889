import { type Evidence, gatherEvidence } from "./evidence.ts";
import { type AnomalyKind, compareFindings, type Finding } from "./finding.ts";
import type { HistoryEvent } from "./history/event.ts";
import { FINDINGS_PER_KIND_MAX } from "./limits.ts";
import { countOperations, type OperationCounts } from "./operation-counts.ts";
import { checkCycles } from "./rules/cycle-rules.ts";
import { checkGroups } from "./rules/group-rules.ts";
import { checkLosses } from "./rules/loss-rules.ts";
import { checkScans } from "./rules/scan-rules.ts";
import { checkValues } from "./rules/value-rules.ts";

/** What a history is worth. */
export interface Verdict {
  /** True: nothing that fails a run. A history without acknowledged sends or reads proves little: look at `counts`. */
  readonly isCorrect: boolean;
  /** Worst and smallest first; of each kind the first few. */
  readonly findings: readonly Finding[];
  /** All of them, by severity and kind. */
  readonly findingCounts: ReadonlyMap<string, number>;
  readonly counts: OperationCounts;
  /** What the rules looked at, for reports. */
  readonly evidence: Evidence;
}

/** Each rule over the whole history. Linear in it; does no I/O. Throws HistoryError if the history breaks its own rules. */
export function checkHistory(history: readonly HistoryEvent[]): Verdict {
  const evidence = gatherEvidence(history);
  const kept: Finding[] = [];
  const findingCounts = new Map<`${Finding["severity"]} ${AnomalyKind}`, number>();
  for (const rule of [checkValues, checkLosses, checkScans, checkGroups, checkCycles]) {
    for (const finding of rule(evidence)) {
      const name = `${finding.severity} ${finding.kind}` as const;
      const count = (findingCounts.get(name) ?? 0) + 1;
      findingCounts.set(name, count);
      if (count <= FINDINGS_PER_KIND_MAX) kept.push(finding);
    }
  }
  const findings = kept.sort(compareFindings);
  const isCorrect = !findings.some(({ severity }) => severity === "failure");
  return { isCorrect, findings, findingCounts, counts: countOperations(evidence), evidence };
}
