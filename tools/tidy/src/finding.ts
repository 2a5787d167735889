/** One thing to repair: where, what, and what to do about it. */
export interface Finding {
  readonly path: string;
  /** 1-based; absent where the whole file is meant. */
  readonly line?: number;
  readonly rule: string;
  readonly message: string;
}

/** A finding as editors and people read it: path:line: rule: message. */
export function formatFinding({ path, line, rule, message }: Finding): string {
  return `${line === undefined ? path : `${path}:${line}`}: ${rule}: ${message}`;
}
