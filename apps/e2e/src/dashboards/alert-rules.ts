import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inCheckout } from "../system/sources.ts";

export interface AlertRule {
  readonly file: string;
  readonly name: string;
  readonly expression: string;
}

/** The chart's rules in its order. Files are read as tidy holds them: one rule's name and expression on a line each. */
export function readAlertRules(): readonly AlertRule[] {
  return ruleFiles().flatMap(({ file, text }) =>
    [...text.matchAll(/^ *- alert: (\w+)\n *expr: (.+)$/gm)].map(([, name = "", expression = ""]) => ({ file, name, expression })),
  );
}

/** The same files with every wait of an alert left out; conditions and thresholds stay. */
export function withoutWaits(): readonly { readonly file: string; readonly text: string }[] {
  return ruleFiles().map(({ file, text }) => ({ file, text: text.replaceAll(/^( *)for: \S+$/gm, "$1for: 0s") }));
}

function ruleFiles(): readonly { readonly file: string; readonly text: string }[] {
  const folder = inCheckout("helm/millrace/alerts");
  return readdirSync(folder)
    .sort()
    .map((file) => ({ file, text: readFileSync(join(folder, file), "utf8") }));
}
