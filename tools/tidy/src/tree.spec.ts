import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { readCheckout } from "./checkout.ts";
import { formatFinding } from "./finding.ts";
import { rules } from "./rules.ts";

const graphWaitMsMax = 60_000;

describe("this checkout", () => {
  it(
    "obeys every rule",
    () => {
      const tree = readCheckout(join(import.meta.dirname, "../../.."));
      expect(tree.edges.length).toBeGreaterThan(0);
      expect(rules.flatMap((rule) => rule(tree)).map(formatFinding)).toEqual([]);
    },
    graphWaitMsMax,
  );
});
